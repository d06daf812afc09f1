const RESERVED = new Set(
  (
    'all and as asc case check column constraint create cross current_date current_user default desc distinct do else end ' +
    'except false fetch for foreign from full grant group having in inner intersect into is join left like limit natural ' +
    'not null offset on only or order outer primary references right select session_user some table then to true union ' +
    'unique user using when where window with'
  ).split(' '),
);

/** A name as PostgreSQL reads it back unchanged. */
export function quoteName(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
