"""The official account 公众号 on WeChat: its client, the events it tells of, its stand-in."""
