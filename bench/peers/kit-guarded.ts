import { openGuarded } from './open-guarded.ts';
import { readNumber, tellParent } from './tell-parent.ts';

const [folder = '.'] = process.argv.slice(2).filter(arg => !arg.startsWith('--'));
const serving = await openGuarded(readNumber('tools', 1), 0, folder);
process.once('SIGTERM', () => void serving.close().then(() => process.exit(0)));
tellParent(`${serving.url}/mcp`);
