import { defineResource, type Resource } from '../definition/define-resource.ts';
import type { SqlDatabase } from './sql-database.ts';
import { describeTable } from './what-is-allowed.ts';

export function createTableResources({ dialect, tables }: SqlDatabase): readonly Resource[] {
  const names = tables.map(({ name }) => name);
  return [
    defineResource({
      uri: 'sql://tables',
      name: 'tables',
      title: 'Tables and columns',
      description: `What can be asked of the database (${dialect}): every table with its columns.`,
      read: () => tables.map(describeTable).join('\n\n'),
    }),
    defineResource({
      uriTemplate: 'sql://tables/{table}',
      name: 'table',
      title: 'A table',
      description: `One of the tables ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''} with its columns.`,
      read: ({ table }) => {
        const found = tables.find(({ name }) => name === table);
        return found && describeTable(found);
      },
      complete: { table: typed => names.filter(name => name.startsWith(typed)) },
    }),
  ];
}
