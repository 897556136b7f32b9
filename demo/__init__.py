"""The demo's data: invented firms, people and buyers, dated from today, and real names from GLEIF without any grade.

Loaded by `manage.py seed_demo`; nothing of the portal imports this package but that command and `demo_people`.
"""
