"""A message with one block of every kind that is drawn, and one of a kind that is not."""

from bot.demo.slack.screen import Json

EVERYTHING: list[Json] = [
    {"type": "header", "text": {"type": "plain_text", "text": "A headline"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*One* field"}]},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "a small line"}]},
    {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a chart of calls"},
    {"type": "alert", "level": "warning", "text": {"type": "mrkdwn", "text": "be careful"}},
    {"type": "markdown", "text": "**marked** down"},
    {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich words"}]}
        ],
    },
    {
        "type": "container",
        "title": {"type": "plain_text", "text": "Inside"},
        "child_blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "contained"}}],
    },
    {"type": "card", "title": {"type": "mrkdwn", "text": "A card"}},
    {
        "type": "data_table",
        "caption": "Longest calls",
        "rows": [
            [{"type": "raw_text", "text": "Call"}, {"type": "raw_text", "text": "Minutes"}],
            [
                {"type": "raw_text", "text": "All-hands"},
                {"type": "raw_number", "value": 61, "text": "61"},
            ],
        ],
    },
    {
        "type": "data_visualization",
        "title": "Minutes",
        "chart": {"type": "pie", "segments": [{"label": "Sales", "value": 45}]},
    },
    {"type": "task_card", "title": "from next year"},
]
