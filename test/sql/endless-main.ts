import { createMcpServer } from '@tramontane/mcp-server';
import { openSqlAccess } from '@tramontane/mcp-server/sql';
import { openTestClient } from '@tramontane/mcp-server/testing';

/** A server in the middle of a query that never ends. */
const [file = ''] = process.argv.slice(2);
const sql = await openSqlAccess({
  sqlite: { file },
  tables: { products: { description: 'Products.', columns: { id: '' } } },
  limits: { timeMs: 600_000 },
});
const client = await openTestClient(createMcpServer({ name: 'endless', version: '1.0.0', tools: sql.tools }));
const query = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
const running = client.callTool('database_query', { query });
process.stdout.write('running\n');
await running;
