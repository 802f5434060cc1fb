"""Paris 2024 from its public tables: results with the times of their last official documents, medals, who took part."""
