SELECT date_trunc('month', placed_at) AS month, sum(total) AS revenue FROM orders GROUP BY 1 ORDER BY 1

SELECT to_char(placed_at, 'YYYY-MM') AS month, count(*) AS n FROM orders GROUP BY month ORDER BY month

SELECT extract(dow FROM placed_at) AS weekday, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1

SELECT id, shipped_at - placed_at AS took FROM orders WHERE shipped_at IS NOT NULL ORDER BY id LIMIT 5

SELECT id FROM orders WHERE placed_at > timestamp '2026-03-01' - interval '7 days' AND placed_at < '2026-03-01'::timestamp ORDER BY id

SELECT avg(shipped_at - placed_at) AS mean, age(timestamp '2026-03-01', timestamp '2026-01-05') AS age FROM orders

SELECT signed_up, signed_up + 30 AS later, signed_up::text AS text FROM customers ORDER BY id LIMIT 4

SELECT d::date AS day, count(o.id) AS orders FROM generate_series(date '2026-01-05', date '2026-01-20', interval '1 day') AS d
LEFT JOIN orders o ON o.placed_at::date = d::date GROUP BY d ORDER BY d

SELECT placed_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Lisbon' AS local FROM orders ORDER BY id LIMIT 3

SELECT date_part('year', signed_up) AS year, make_date(2026, 2, 28) + 1 AS next, date_bin('15 minutes', timestamp '2026-01-05 10:22', timestamp '2026-01-01') AS slot FROM customers LIMIT 1

SELECT attributes ->> 'color' AS color, count(*) AS n FROM products GROUP BY 1 ORDER BY 1

SELECT id FROM products WHERE attributes @> '{"color": "oak"}' ORDER BY id

SELECT id, (attributes -> 'weight')::int AS weight, attributes #>> '{tags,1}' AS tag FROM products ORDER BY weight DESC LIMIT 5

SELECT p.id, t.tag FROM products p, jsonb_array_elements_text(p.attributes -> 'tags') AS t(tag) ORDER BY p.id, t.tag LIMIT 10

SELECT e.key, count(*) AS n FROM products p CROSS JOIN LATERAL jsonb_each(p.attributes) AS e GROUP BY e.key ORDER BY e.key

SELECT id FROM products WHERE attributes ? 'weight' AND jsonb_typeof(attributes -> 'tags') = 'array' ORDER BY id LIMIT 3

SELECT jsonb_build_object('id', id, 'name', name) AS o FROM products ORDER BY id LIMIT 2

SELECT json_agg(name ORDER BY name) AS names FROM products WHERE category = 'lamps'

SELECT jsonb_path_query_first(attributes, '$.tags[0]') AS tag FROM products ORDER BY id LIMIT 2

SELECT string_agg(name, ', ' ORDER BY name) AS names FROM products WHERE stock > 9

SELECT array_agg(DISTINCT status ORDER BY status) AS statuses FROM orders

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS median, mode() WITHIN GROUP (ORDER BY status) AS usual FROM orders

SELECT stddev(total)::numeric(12, 4) AS s, corr(total, id)::numeric(12, 6) AS c FROM orders

SELECT status, count(*) AS n FROM orders GROUP BY ROLLUP (status) ORDER BY status NULLS LAST

SELECT status, customer_id % 2 AS odd, count(*) AS n, grouping(status) AS g FROM orders GROUP BY GROUPING SETS ((status), (customer_id % 2), ()) ORDER BY 1 NULLS FIRST, 2 NULLS FIRST

SELECT status, customer_id % 2 AS odd, sum(total) AS t FROM orders GROUP BY CUBE (1, 2) ORDER BY 1, 2

SELECT DISTINCT ON (customer_id) customer_id, id, total FROM orders ORDER BY customer_id, total DESC

SELECT c.name, l.id, l.total FROM customers c CROSS JOIN LATERAL (SELECT id, total FROM orders o WHERE o.customer_id = c.id ORDER BY total DESC, id LIMIT 2) l ORDER BY c.id, l.total DESC, l.id LIMIT 12

SELECT c.name, l.n FROM customers c LEFT JOIN LATERAL (SELECT count(*) AS n FROM orders o WHERE o.customer_id = c.id) l ON true ORDER BY c.id LIMIT 6

SELECT name FROM customers WHERE name ILIKE 'ann%' OR name ~* '^bob' ORDER BY name

SELECT name FROM customers WHERE name SIMILAR TO '(Ann|Bob)%' AND name NOT LIKE 'Ann 1\_%' ESCAPE '' ORDER BY name

SELECT regexp_replace(name, '\d+', '#') AS masked, split_part(name, ' ', 2) AS number, initcap(lower(name)) AS nice FROM customers ORDER BY id LIMIT 4

SELECT id FROM customers WHERE position('Bob' in name) > 0 AND substring(name from 1 for 3) = 'Bob' ORDER BY id

SELECT concat_ws(' / ', city, segment) AS place, lpad(id::text, 6, '0') AS code, md5(name) AS hash FROM customers ORDER BY id LIMIT 3

SELECT id FROM orders WHERE status = ANY (ARRAY['paid', 'shipped']) AND total >= ALL (SELECT 1) ORDER BY id LIMIT 5

SELECT (ARRAY['a', 'b', 'c'])[2] AS second, array_length(ARRAY[1, 2, 3], 1) AS n, cardinality(ARRAY[[1, 2], [3, 4]]) AS c

SELECT unnest(ARRAY[3, 1, 2]) AS u ORDER BY u

SELECT greatest(1, 5, 3) AS g, least(4, 2) AS l, width_bucket(42, 0, 100, 10) AS b, power(2, 10) AS p, 7 / 2 AS whole, 7.0 / 2 AS half

SELECT total::numeric(10, 1) AS r, trunc(total) AS t, ceil(total) AS c, floor(total)::int AS f FROM orders ORDER BY id LIMIT 4

SELECT id, total, total - lag(total, 1) OVER (PARTITION BY customer_id ORDER BY placed_at) AS change FROM orders ORDER BY id LIMIT 20

SELECT id, sum(total) OVER (ORDER BY placed_at RANGE BETWEEN interval '10 days' PRECEDING AND CURRENT ROW) AS recent FROM orders ORDER BY id LIMIT 15

SELECT id, count(*) OVER (ORDER BY total GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS near FROM orders ORDER BY id LIMIT 10

WITH first AS MATERIALIZED (SELECT customer_id, min(placed_at) AS at FROM orders GROUP BY 1)
SELECT date_trunc('month', at)::date AS cohort, count(*) AS n FROM first GROUP BY 1 ORDER BY 1

WITH months AS (SELECT date_trunc('month', placed_at) AS m, sum(total) AS t FROM orders GROUP BY 1)
SELECT m, t, round(100 * (t / lag(t) OVER (ORDER BY m) - 1), 1) AS growth FROM months ORDER BY m

WITH RECURSIVE t(n, path) AS (SELECT 1, ARRAY[1] UNION ALL SELECT n + 1, path || (n + 1) FROM t WHERE n < 4) SELECT n, path FROM t ORDER BY n

SELECT * FROM (VALUES (1, 'low'), (2, 'high')) AS levels(id, label) ORDER BY id

SELECT o.id, v.label FROM orders o JOIN (VALUES ('paid', 'open'), ('delivered', 'done')) AS v(status, label) USING (status) ORDER BY o.id LIMIT 8

SELECT id, status IS DISTINCT FROM 'paid' AS other, total IS NULL AS missing, (total > 100) IS TRUE AS big FROM orders ORDER BY id LIMIT 5

SELECT count(*) FILTER (WHERE status = 'paid') * 100.0 / count(*) AS share, bool_and(total > 0) AS all_positive, bool_or(shipped_at IS NULL) AS any_open FROM orders

TABLE products ORDER BY id FETCH FIRST 3 ROWS ONLY

SELECT public.orders.id FROM public.orders WHERE public.orders.id < 4 ORDER BY 1

SELECT row_to_json(p) AS p FROM (SELECT id, name FROM products ORDER BY id LIMIT 2) p

SELECT o.id, p.category FROM orders o NATURAL JOIN (SELECT 1 AS id, 'x' AS category) p ORDER BY 1

SELECT current_date - current_date AS zero, now() = current_timestamp AS same, '2026-02-30'::text AS text

SELECT id, total FROM orders ORDER BY total DESC NULLS LAST, id FETCH NEXT 3 ROWS WITH TIES

SELECT name COLLATE "C" AS n FROM customers ORDER BY name COLLATE "C" DESC LIMIT 3

SELECT to_tsvector('english', name) @@ plainto_tsquery('english', 'chairs') AS hit FROM products ORDER BY id LIMIT 2

SELECT lower(daterange('2026-01-01', '2026-02-01')) AS a, daterange('2026-01-01', '2026-02-01') @> date '2026-01-05' AS b

SELECT attributes::text IS JSON OBJECT AS object, JSON_OBJECT('id': id) AS o, JSON_ARRAY(id, name) AS a FROM products ORDER BY id LIMIT 2

SELECT E'tab\there' AS e, U&'\0041' AS u, $$dollar 'quoted'$$ AS d, 'it''s' AS q, B'101'::text AS b

SELECT 9007199254740993 AS large, 1e400::numeric AS huge, 0.1 + 0.2 AS exact, 'NaN'::float8 AS nan, '\xdead'::bytea AS bytes

SELECT interval '1 year 2 months 3 days' AS i, time '10:20' AS t, timestamptz '2026-01-05 10:00+02' AS z, uuid '123e4567-e89b-12d3-a456-426614174000' AS u

SELECT c.segment, round(sum(o.total) / nullif(count(DISTINCT c.id), 0), 2) AS per_customer FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.segment ORDER BY 1
