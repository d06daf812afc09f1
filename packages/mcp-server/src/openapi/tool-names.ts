/** Gives each operation a name of `A-Z a-z 0-9 _ -`, up to 64 characters, that no other one has. */
export function createToolNames(prefix: string): (id: string) => string {
  const taken = new Set<string>();
  return id => {
    const plain = `${prefix}${id}`
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .toLowerCase();
    let name = plain.slice(0, 64) || 'call';
    for (let number = 2; taken.has(name); number += 1) name = `${plain.slice(0, 60)}_${number}`;
    taken.add(name);
    return name;
  };
}
