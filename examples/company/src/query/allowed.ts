/** What a query may name. Everything else is refused, whatever it is. */

export const allowedTables: readonly string[] = ['users', 'products', 'orders'];

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/** None of these reads files, settings, catalogues or other sessions, writes, or waits. */
export const allowedFunctions = words(`
  count sum avg min max string_agg array_agg bool_and bool_or every stddev stddev_pop stddev_samp variance
  var_pop var_samp corr percentile_cont percentile_disc mode json_agg jsonb_agg json_object_agg jsonb_object_agg
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  lower upper initcap length char_length character_length btrim ltrim rtrim substring substr left right position
  strpos replace overlay split_part concat concat_ws reverse starts_with regexp_replace regexp_like regexp_count
  regexp_match regexp_substr like_escape
  abs round ceil ceiling floor trunc mod power sqrt sign exp ln log div width_bucket
  now date_trunc date_part date_bin extract age to_char to_date to_timestamp to_number make_date make_interval
  timezone overlaps isfinite justify_days justify_hours clock_timestamp statement_timestamp
  json_build_object jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json
  array_length array_to_string cardinality unnest generate_series num_nulls num_nonnulls`);

/** A cast to a type such as regclass reads the catalogues. */
export const allowedTypes = words(`
  int int2 int4 int8 integer smallint bigint numeric decimal float4 float8 real bool boolean text varchar bpchar
  char name date time timetz timestamp timestamptz interval uuid json jsonb`);

/** Kinds of node in PostgreSQL's raw parse tree. A write, a lock or an XML read is a kind not listed here. */
export const allowedNodes = words(`
  SelectStmt ResTarget ColumnRef A_Star String Integer Float Boolean A_Const A_Expr BoolExpr FuncCall TypeCast
  TypeName SubLink RangeVar RangeSubselect RangeFunction JoinExpr CaseExpr CaseWhen CoalesceExpr MinMaxExpr
  NullTest BooleanTest SortBy WindowDef WithClause CommonTableExpr List A_ArrayExpr A_Indirection A_Indices RowExpr
  GroupingSet GroupingFunc CollateClause SQLValueFunction NamedArgExpr`);
