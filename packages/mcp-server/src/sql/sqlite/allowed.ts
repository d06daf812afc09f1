const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/** None of these reads files or settings, loads code, or changes the connection. */
export const FUNCTIONS = words(`
  count sum total avg min max group_concat string_agg median percentile percentile_cont percentile_disc
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  abs round sign mod pow power sqrt exp ln log log10 log2 ceil ceiling floor trunc pi degrees radians sin cos tan asin
  acos atan atan2 sinh cosh tanh random
  lower upper length octet_length substr substring trim ltrim rtrim replace instr concat concat_ws unicode char hex
  unhex quote printf format glob like soundex unistr
  date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp
  coalesce ifnull nullif iif if typeof likely unlikely likelihood
  json json_valid json_extract json_array json_array_length json_object json_type json_quote json_patch json_set
  json_insert json_replace json_remove json_group_array json_group_object json_error_position json_pretty jsonb
  jsonb_extract jsonb_array jsonb_object jsonb_group_array jsonb_group_object jsonb_set jsonb_insert jsonb_replace
  jsonb_remove jsonb_patch -> ->>`);

/** Tables that are functions, of the database itself. */
export const TABLE_FUNCTIONS = words('json_each json_tree');
