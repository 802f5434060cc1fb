"""Schedules as the site of Paris 2024 and Milano Cortina 2026 gives them."""
