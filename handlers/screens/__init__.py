"""What is shown and where: Home, lists, cards, reports, the audit log, and how an order went."""
