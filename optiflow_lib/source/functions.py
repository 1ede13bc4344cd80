"""Functions a SELECT may call: they compute from their arguments or tell the time, and do nothing else.

sqlglot knows the usual ones as classes of their own, and a test holds that to a real PostgreSQL: whatever it knows
has no side effect there. This list has the names it does not know. Outside it are functions that read files, send
messages, take locks, wait, draw from sequences or run a text as SQL.
"""

_NUMBERS = "ceiling erf float4 float8 int2 int4 int8 numeric trunc truncate sinh gcd lcm scale min_scale total width_bucket"
_TEXTS = (
    "bit_length btrim char char_length character_length concat_ws field find_in_set format hex initcap instr lcase left length"
    " lower lpad ltrim mid octet_length ord overlay parse_ident printf quote quote_ident quote_literal quote_nullable"
    " regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array"
    " regexp_split_to_table regexp_substr replace reverse right rpad rtrim soundex split_part starts_with"
    " string_to_table strcmp strpos substr substring substring_index to_ascii to_hex trim unaccent ucase unicode upper"
)
_DAYS = (
    "adddate addtime age convert_tz curdate curtime date date_add date_bin date_format date_part date_sub date_trunc datetime"
    " day dayname dayofmonth dayofweek dayofyear extract from_days from_unixtime hour isfinite julianday justify_days"
    " justify_hours justify_interval last_day make_date make_interval make_time make_timestamp make_timestamptz makedate"
    " maketime minute month monthname now period_add period_diff quarter sec_to_time second str_to_date strftime subdate"
    " subtime time time_format time_to_sec timediff timestamp timestampadd timestampdiff timezone to_char to_date to_days"
    " to_number to_seconds to_timestamp unix_timestamp unixepoch utc_date utc_time utc_timestamp week weekday weekofyear"
    " year yearweek"
)
_JSON = (
    "array_length array_lower array_ndims array_position array_positions array_to_json array_to_string array_upper cardinality"
    " json json_agg json_array json_array_elements json_array_elements_text json_array_length json_arrayagg json_build_array"
    " json_build_object json_contains json_contains_path json_each json_each_text json_extract json_extract_path"
    " json_extract_path_text json_group_array json_group_object json_keys json_length json_object json_object_keys"
    " json_objectagg json_quote json_search json_strip_nulls json_to_record json_to_recordset json_tree json_type"
    " json_typeof json_unquote json_valid json_value jsonb_agg jsonb_array_elements jsonb_array_elements_text"
    " jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path"
    " jsonb_extract_path_text jsonb_object_keys jsonb_path_exists jsonb_path_query jsonb_path_query_first jsonb_pretty"
    " jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json string_to_array to_json to_jsonb"
)
_OTHERS = (
    "abs bit_count coalesce concat cume_dist dense_rank every first_value generate_series generate_subscripts greatest group_concat"
    " ifnull iif isnull lag last_value lead least likelihood likely mod mode nth_value ntile nullif num_nonnulls num_nulls"
    " percent_rank percentile_cont percentile_disc pg_typeof power range_merge rank regr_count round row row_number sign"
    " string_agg typeof unlikely unnest"
)
HARMLESS = frozenset(" ".join((_NUMBERS, _TEXTS, _DAYS, _JSON, _OTHERS)).split())
