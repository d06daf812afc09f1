SELECT strftime('%Y-%m', placed_at) AS month, sum(total) AS revenue FROM orders GROUP BY month ORDER BY month

SELECT date(placed_at) AS day, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1 LIMIT 10

SELECT id, round(julianday(shipped_at) - julianday(placed_at), 1) AS days FROM orders WHERE shipped_at IS NOT NULL ORDER BY id LIMIT 5

SELECT id FROM orders WHERE placed_at >= date('2026-03-01', '-7 days') AND placed_at < date('2026-03-01') ORDER BY id

SELECT date(signed_up, 'start of month', '+1 month', '-1 day') AS last FROM customers ORDER BY id LIMIT 4

SELECT json_extract(attributes, '$.color') AS color, count(*) AS n FROM products GROUP BY 1 ORDER BY 1

SELECT id, attributes ->> '$.weight' AS weight, attributes -> '$.tags' AS tags FROM products ORDER BY id LIMIT 4

SELECT p.id, t.value AS tag FROM products p, json_each(p.attributes, '$.tags') t ORDER BY p.id, t.value LIMIT 10

SELECT e.key, count(*) AS n FROM products p, json_each(p.attributes) e GROUP BY e.key ORDER BY e.key

SELECT json_group_array(name) AS names FROM (SELECT name FROM products WHERE category = 'lamps' ORDER BY name)

SELECT json_object('id', id, 'name', name) AS o FROM products ORDER BY id LIMIT 2

SELECT group_concat(name, ', ' ORDER BY name) AS names FROM products WHERE stock > 9

SELECT group_concat(DISTINCT status) AS statuses FROM (SELECT status FROM orders ORDER BY status)

SELECT printf('%06d', id) AS code, instr(name, ' ') AS at, hex(name) AS h, iif(stock > 5, 'yes', 'no') AS many FROM products ORDER BY id LIMIT 3

SELECT id, total FROM orders ORDER BY total DESC, id LIMIT 3, 4

SELECT name FROM customers WHERE name GLOB 'A*' ORDER BY name

SELECT total(total) AS t, max(id, 3) AS m, typeof(total) AS type FROM orders WHERE id < 3

SELECT id IS NOT 3 AS other, total NOTNULL AS there FROM orders ORDER BY id LIMIT 4

SELECT customer_id, max(total) AS most, id FROM orders GROUP BY customer_id ORDER BY customer_id LIMIT 6

SELECT a.id FROM orders a WHERE (a.status, a.customer_id) IN (SELECT 'paid', id FROM customers WHERE segment = 'retail') ORDER BY a.id LIMIT 10

WITH RECURSIVE d(day) AS (SELECT '2026-01-05' UNION ALL SELECT date(day, '+1 day') FROM d WHERE day < '2026-01-12')
SELECT d.day, count(o.id) AS orders FROM d LEFT JOIN orders o ON date(o.placed_at) = d.day GROUP BY d.day ORDER BY d.day

SELECT * FROM (VALUES (1, 'low'), (2, 'high')) ORDER BY 1

SELECT x'00ff' AS bytes, 9223372036854775807 AS large, 1e999 AS infinite, 0x1F AS hex

SELECT count(*) AS n FROM (SELECT 1 UNION SELECT 2) y

SELECT unixepoch(placed_at) / 86400 AS day, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1 LIMIT 5

SELECT c.segment, round(avg(o.total), 2) AS mean FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.segment HAVING count(*) > 5 ORDER BY mean DESC

SELECT id, CAST(strftime('%w', placed_at) AS INTEGER) AS weekday, ltrim(status, 'p') AS rest FROM orders ORDER BY id LIMIT 6

SELECT median(total) AS m FROM orders WHERE id < 1 OR 1 = 1
