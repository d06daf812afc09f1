SELECT * FROM products ORDER BY id

SELECT id, total FROM orders ORDER BY id LIMIT 10

SELECT id, total FROM orders ORDER BY total DESC, id LIMIT 5 OFFSET 5;

SELECT DISTINCT city FROM customers WHERE city IS NOT NULL ORDER BY city

SELECT count(*) AS n FROM orders

SELECT count(DISTINCT customer_id) AS buyers, count(shipped_at) AS shipped FROM orders

SELECT status, count(*) AS n, sum(total) AS revenue FROM orders GROUP BY status ORDER BY status

SELECT status, count(*) AS n FROM orders GROUP BY status HAVING count(*) > 10 ORDER BY n DESC, status

SELECT c.name, o.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.id LIMIT 20

SELECT c.id, c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL ORDER BY c.id

SELECT c.city, count(o.id) AS orders FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.city ORDER BY orders DESC, c.city

SELECT p.category, sum(i.quantity) AS sold, sum(i.quantity * i.unit_price) AS revenue
FROM items i JOIN products p ON p.id = i.product_id GROUP BY p.category ORDER BY revenue DESC

SELECT o.id, c.name, p.name AS product, i.quantity
FROM orders o JOIN customers c ON c.id = o.customer_id JOIN items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
WHERE o.status = 'delivered' ORDER BY o.id, p.name LIMIT 30

SELECT a.id, b.id AS other FROM products a JOIN products b ON a.category = b.category AND a.id < b.id ORDER BY a.id, b.id LIMIT 15

SELECT * FROM products CROSS JOIN (SELECT 1 AS one) x ORDER BY products.id LIMIT 3

SELECT id, name FROM products WHERE price BETWEEN 50 AND 150 ORDER BY id

SELECT id FROM products WHERE category IN ('chairs', 'lamps') ORDER BY id

SELECT id FROM products WHERE category NOT IN ('chairs', 'lamps') AND stock > 3 ORDER BY id

SELECT name FROM customers WHERE name LIKE 'A%' ORDER BY name

SELECT name FROM customers WHERE name = 'D''Arcy 3'

SELECT id FROM customers WHERE city IS NULL ORDER BY id

SELECT id, coalesce(city, 'unknown') AS city FROM customers ORDER BY id LIMIT 10

SELECT id, nullif(status, 'paid') AS open FROM orders ORDER BY id LIMIT 10

SELECT id, CASE WHEN total > 500 THEN 'large' WHEN total > 200 THEN 'medium' ELSE 'small' END AS size FROM orders ORDER BY id LIMIT 25

SELECT CASE status WHEN 'paid' THEN 1 WHEN 'shipped' THEN 2 ELSE 9 END AS rank, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1

SELECT sum(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled, sum(CASE WHEN status <> 'cancelled' THEN total ELSE 0 END) AS kept FROM orders

SELECT segment, count(*) FILTER (WHERE city = 'Porto') AS porto FROM customers GROUP BY segment ORDER BY segment

SELECT id, total FROM orders WHERE total > (SELECT avg(total) FROM orders) ORDER BY id LIMIT 20

SELECT name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customers c ORDER BY c.id

SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'refunded') ORDER BY c.id

SELECT name FROM products p WHERE NOT EXISTS (SELECT 1 FROM items i WHERE i.product_id = p.id AND i.quantity > 3) ORDER BY p.id

SELECT id FROM products WHERE id IN (SELECT product_id FROM items WHERE quantity = 4) ORDER BY id

SELECT x.status, x.n FROM (SELECT status, count(*) AS n FROM orders GROUP BY status) x WHERE x.n > 5 ORDER BY x.status

WITH big AS (SELECT * FROM orders WHERE total > 400) SELECT count(*) AS n, max(total) AS most FROM big

WITH spent AS (SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id),
ranked AS (SELECT customer_id, total, rank() OVER (ORDER BY total DESC) AS place FROM spent)
SELECT c.name, r.total, r.place FROM ranked r JOIN customers c ON c.id = r.customer_id WHERE r.place <= 5 ORDER BY r.place, c.name

WITH orders AS (SELECT id, total FROM orders WHERE status = 'paid') SELECT count(*) AS n, sum(total) AS total FROM orders

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) SELECT i, i * i AS square FROM n ORDER BY i

WITH RECURSIVE days(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n < 6)
SELECT n, (SELECT count(*) FROM orders WHERE id % 7 = n) AS orders FROM days ORDER BY n

WITH x AS (SELECT id FROM orders WHERE total > 300) SELECT count(*) AS n FROM x

SELECT city FROM customers WHERE segment = 'retail' UNION SELECT category FROM products ORDER BY 1

SELECT customer_id FROM orders WHERE status = 'paid' INTERSECT SELECT customer_id FROM orders WHERE status = 'refunded' ORDER BY 1

SELECT id FROM customers EXCEPT SELECT customer_id FROM orders WHERE total > 900 ORDER BY 1

SELECT status FROM orders UNION ALL SELECT segment FROM customers ORDER BY 1 LIMIT 40

(SELECT 1 AS a) UNION ALL (SELECT 2)

SELECT id, total, sum(total) OVER (ORDER BY id) AS running FROM orders ORDER BY id LIMIT 20

SELECT id, status, row_number() OVER (PARTITION BY status ORDER BY total DESC, id) AS place FROM orders ORDER BY status, place LIMIT 30

SELECT id, total, lag(total) OVER (ORDER BY id) AS before, lead(total, 2, 0) OVER (ORDER BY id) AS later FROM orders ORDER BY id LIMIT 10

SELECT id, avg(total) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving FROM orders ORDER BY id LIMIT 10

SELECT id, ntile(4) OVER (ORDER BY total, id) AS quarter FROM orders ORDER BY id LIMIT 20

SELECT id, price, price - first_value(price) OVER (PARTITION BY category ORDER BY price) AS above FROM products ORDER BY id

SELECT id, dense_rank() OVER w AS place, percent_rank() OVER w AS share FROM products WINDOW w AS (ORDER BY category) ORDER BY id

SELECT status, sum(sum(total)) OVER (ORDER BY status) AS running FROM orders GROUP BY status ORDER BY status

SELECT upper(category) AS c, lower(name) AS n, length(name) AS l FROM products ORDER BY id LIMIT 5

SELECT trim('  x  ') AS t, replace(name, ' ', '-') AS dashed, substr(name, 1, 3) AS head FROM products ORDER BY id LIMIT 5

SELECT name || ' (' || category || ')' AS label FROM products ORDER BY id LIMIT 5

SELECT round(avg(total), 2) AS mean, min(total) AS least, max(total) AS most FROM orders

SELECT abs(-3) AS a, 7 % 3 AS m, 2 * (3 + 4) AS p, -5 AS minus

SELECT id, quantity * unit_price AS line FROM items WHERE order_id IN (SELECT id FROM orders WHERE status = 'shipped') ORDER BY id LIMIT 20

SELECT CAST(price AS int) AS whole FROM products ORDER BY id LIMIT 5

SELECT id FROM orders WHERE placed_at >= '2026-03-01' AND placed_at < '2026-04-01' ORDER BY id

SELECT id FROM orders WHERE shipped_at IS NULL AND status NOT IN ('cancelled') ORDER BY id LIMIT 20

SELECT o.status, c.segment, count(*) AS n FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY o.status, c.segment ORDER BY o.status, c.segment

SELECT customer_id, max(placed_at) AS latest FROM orders GROUP BY customer_id ORDER BY customer_id

SELECT count(*) AS n FROM orders o JOIN items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id WHERE p.category = 'desks' AND o.total > 100

SELECT i.product_id, avg(i.quantity) AS mean FROM items i GROUP BY i.product_id HAVING avg(i.quantity) > 2 ORDER BY i.product_id

VALUES (1, 'one'), (2, 'two')

SELECT 1 AS id, 2 AS id, 3 AS id

SELECT 'semi;colon -- not a comment /* nor this */' AS text

SELECT id -- the number
FROM orders /* all of them */ WHERE id < 4 ORDER BY id -- done

select Id, TOTAL from ORDERS o where O.status = 'paid' order by iD limit 3

SELECT "id", "total" FROM "orders" ORDER BY "id" LIMIT 3

SELECT o.* FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.segment = 'public' ORDER BY o.id LIMIT 5

SELECT orders.id, customers.name FROM orders, customers WHERE orders.customer_id = customers.id ORDER BY orders.id LIMIT 5

SELECT true AND NOT false AS yes, 1 IS NOT NULL AS there

SELECT id FROM orders WHERE (status = 'paid' OR status = 'shipped') AND NOT (total < 100) ORDER BY id LIMIT 20

SELECT c.name, t.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) t ON t.customer_id = c.id ORDER BY t.n DESC, c.id LIMIT 5
