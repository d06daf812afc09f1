/** The company's made-up data. Days are counted back from the moment of seeding. */

/** id, name, e-mail, state, days since created. Several are of the last 7 days, several from California. */
export const users: readonly (readonly [string, string, string, string, number])[] = [
  ['usr_001', 'Ada Moreno', 'ada.moreno@example.com', 'California', 1],
  ['usr_002', 'Ben Okafor', 'ben.okafor@example.com', 'Texas', 2],
  ['usr_003', 'Chiara Rossi', 'chiara.rossi@example.com', 'New York', 3],
  ['usr_004', 'Daniel Kim', 'daniel.kim@example.com', 'California', 4],
  ['usr_005', 'Elif Demir', 'elif.demir@example.com', 'Washington', 5],
  ['usr_006', 'Farid Nasser', 'farid.nasser@example.com', 'Oregon', 6],
  ['usr_007', 'Grace Liu', 'grace.liu@example.com', 'California', 12],
  ['usr_008', 'Hugo Martin', 'hugo.martin@example.com', 'Florida', 15],
  ['usr_009', 'Ines Duarte', 'ines.duarte@example.com', 'Texas', 19],
  ['usr_010', 'Jonas Weber', 'jonas.weber@example.com', 'Illinois', 23],
  ['usr_011', 'Keiko Tanaka', 'keiko.tanaka@example.com', 'California', 31],
  ['usr_012', 'Liam Byrne', 'liam.byrne@example.com', 'Massachusetts', 38],
  ['usr_013', 'Maya Patel', 'maya.patel@example.com', 'New York', 47],
  ['usr_014', 'Noah Silva', 'noah.silva@example.com', 'Colorado', 55],
  ['usr_015', "Orla O'Brien", 'orla.obrien@example.com', 'California', 64],
  ['usr_016', 'Pavel Novak', 'pavel.novak@example.com', 'Ohio', 80],
  ['usr_017', 'Quynh Tran', 'quynh.tran@example.com', 'Texas', 101],
  ['usr_018', 'Rosa Jimenez', 'rosa.jimenez@example.com', 'Arizona', 130],
  ['usr_019', 'Samuel Green', 'samuel.green@example.com', 'Georgia', 171],
  ['usr_020', 'Tara Singh', 'tara.singh@example.com', 'California', 220],
];

/** id, name, category, price in US dollars, units in stock. */
export const products: readonly (readonly [string, string, string, number, number])[] = [
  ['prd_001', 'Aurora desk lamp', 'lighting', 59.9, 120],
  ['prd_002', 'Cedar standing desk', 'furniture', 649, 14],
  ['prd_003', 'Dune office chair', 'furniture', 329.5, 32],
  ['prd_004', 'Field notebook, set of 3', 'stationery', 14.25, 800],
  ['prd_005', 'Harbor headphones', 'audio', 189, 64],
  ['prd_006', 'Lumen monitor light', 'lighting', 89, 0],
  ['prd_007', 'Mesa keyboard', 'computing', 129.99, 210],
  ['prd_008', 'Tide water bottle', 'kitchen', 24.5, 430],
];

/** user, product, quantity, status, days since created; one user has none. */
export const orders: readonly (readonly [string, string, number, string, number])[] = [
  ['usr_001', 'prd_007', 1, 'paid', 1],
  ['usr_002', 'prd_004', 4, 'paid', 1],
  ['usr_004', 'prd_001', 2, 'shipped', 3],
  ['usr_003', 'prd_005', 1, 'shipped', 3],
  ['usr_005', 'prd_008', 2, 'paid', 4],
  ['usr_007', 'prd_002', 1, 'delivered', 9],
  ['usr_008', 'prd_003', 2, 'delivered', 11],
  ['usr_009', 'prd_006', 1, 'cancelled', 14],
  ['usr_010', 'prd_004', 10, 'delivered', 20],
  ['usr_011', 'prd_005', 1, 'refunded', 26],
  ['usr_012', 'prd_007', 3, 'delivered', 30],
  ['usr_013', 'prd_001', 1, 'delivered', 41],
  ['usr_014', 'prd_008', 6, 'delivered', 50],
  ['usr_015', 'prd_003', 1, 'delivered', 58],
  ['usr_016', 'prd_002', 1, 'cancelled', 71],
  ['usr_017', 'prd_004', 5, 'delivered', 90],
  ['usr_018', 'prd_007', 1, 'delivered', 121],
  ['usr_019', 'prd_005', 2, 'delivered', 160],
  ['usr_020', 'prd_001', 1, 'delivered', 201],
  ['usr_011', 'prd_008', 1, 'delivered', 12],
  ['usr_001', 'prd_001', 1, 'shipped', 0],
];
