"""What colleagues are told of each other's doings in the inbox."""

from workflows.shared.templates import Texts, make_texts

NODE = ("待办", "Inbox")
ABOUT = ("待办信息", "Inbox")

TEXTS: dict[str, Texts] = {
    "task_assigned": make_texts(
        ("转办给您：$subject", "Handed to you: $subject"),
        (
            "$by将$subject（$number）的待办事项转给您办理。附言：$note",
            "$by handed the task about $subject ($number) over to you. Note: $note",
        ),
        NODE,
        ABOUT,
    ),
    "tasks_assigned": make_texts(
        ("转办给您：$count项待办", "Handed to you: $count tasks"),
        (
            "$by将$count项待办事项转给您办理，在待办中选“与我有关”即可看到。附言：$note",
            "$by handed $count tasks over to you; choose “Mine” in the inbox. Note: $note",
        ),
        NODE,
        ABOUT,
    ),
    "task_copied": make_texts(
        ("抄送给您：$subject", "Copied to you: $subject"),
        (
            "$by将$subject（$number）的待办事项抄送给您阅知。附言：$note",
            "$by copied the task about $subject ($number) to you to read. Note: $note",
        ),
        NODE,
        ABOUT,
    ),
    "cover_asked": make_texts(
        ("请您代办：$absent", "You cover for $absent"),
        (
            "$absent自$begins至$ends不在岗，其间由您代为办理。",
            "$absent is away from $begins until $ends; you do the work meanwhile.",
        ),
        NODE,
        ABOUT,
    ),
}
