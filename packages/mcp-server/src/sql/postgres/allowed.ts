const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/** None of these reads files, settings, catalogues or other sessions, writes, locks, or waits. */
export const FUNCTIONS = words(`
  count sum avg min max string_agg array_agg bool_and bool_or every any_value bit_and bit_or bit_xor stddev stddev_pop
  stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2
  regr_slope percentile_cont percentile_disc mode json_agg jsonb_agg json_object_agg jsonb_object_agg
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  lower upper initcap length char_length character_length octet_length bit_length btrim ltrim rtrim substring substr
  left right position strpos replace translate overlay split_part concat concat_ws reverse starts_with chr ascii to_hex
  regexp_replace regexp_like regexp_count regexp_match regexp_matches regexp_substr regexp_instr regexp_split_to_array
  regexp_split_to_table string_to_array string_to_table like_escape similar_to_escape normalize is_normalized
  md5 sha256 encode decode convert_to quote_literal quote_ident unistr
  abs round ceil ceiling floor trunc mod power sqrt cbrt sign exp ln log log10 div gcd lcm width_bucket scale trim_scale
  degrees radians pi sin cos tan asin acos atan atan2 random
  now date_trunc date_part date_bin date_add date_subtract extract age to_char to_date to_timestamp to_number make_date
  make_time make_timestamp make_timestamptz make_interval timezone overlaps isfinite justify_days justify_hours
  justify_interval clock_timestamp statement_timestamp transaction_timestamp
  json_build_object jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json array_to_json
  json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_array_length
  jsonb_array_length json_each jsonb_each json_each_text jsonb_each_text json_extract_path jsonb_extract_path
  json_extract_path_text jsonb_extract_path_text json_object_keys jsonb_object_keys json_typeof jsonb_typeof
  json_strip_nulls jsonb_strip_nulls jsonb_pretty jsonb_path_exists jsonb_path_match jsonb_path_query
  jsonb_path_query_array jsonb_path_query_first
  array_length array_to_string array_position array_positions array_remove array_replace array_append array_prepend
  array_cat array_ndims array_dims array_lower array_upper cardinality unnest generate_series generate_subscripts
  num_nulls num_nonnulls lpad rpad repeat
  int4range int8range numrange daterange tsrange tstzrange lower_inc upper_inc isempty
  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline`);

/** Functions that make a text as long as one argument says: it has to be a number in the query, up to LONGEST_FILL. */
export const FILLS: ReadonlySet<string> = new Set(['lpad', 'rpad', 'repeat']);
export const LONGEST_FILL = 1000;

/** A cast to another type, such as regclass, reads the catalogues. */
export const TYPES = words(`
  int int2 int4 int8 integer smallint bigint numeric decimal float4 float8 real bool boolean text varchar bpchar
  char name date time timetz timestamp timestamptz interval uuid json jsonb jsonpath bytea money inet cidr
  tsvector tsquery int4range int8range numrange daterange tsrange tstzrange`);

/** Kinds of node in the parse tree. A write, a lock or an XML read is a kind that is not here. */
export const NODES = words(`
  SelectStmt ResTarget ColumnRef A_Star String Integer Float Boolean A_Const A_Expr BoolExpr FuncCall TypeCast
  TypeName SubLink RangeVar RangeSubselect RangeFunction JoinExpr CaseExpr CaseWhen CoalesceExpr MinMaxExpr
  NullTest BooleanTest SortBy WindowDef CommonTableExpr List A_ArrayExpr A_Indirection A_Indices RowExpr
  GroupingSet GroupingFunc CollateClause SQLValueFunction NamedArgExpr ColumnDef
  JsonIsPredicate JsonValueExpr JsonObjectConstructor JsonArrayConstructor JsonKeyValue`);

/** Fields whose value is a node that does not say its kind. */
export const BARE_FIELDS = words(`
  larg rarg withClause typeName alias over ival fval boolval sval bsval search_clause cycle_clause
  value format collClause`);

/** Of SQLValueFunction: the rest tells who asks, and in which database. */
export const VALUE_FUNCTIONS = words(`
  SVFOP_CURRENT_DATE SVFOP_CURRENT_TIME SVFOP_CURRENT_TIME_N SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N
  SVFOP_LOCALTIME SVFOP_LOCALTIME_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N`);
