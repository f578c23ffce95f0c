"""`python -m bot …` is `callwarden …`."""

from bot.cli import main

main()
