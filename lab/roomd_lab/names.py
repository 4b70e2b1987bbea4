"""Names for a company that does not exist."""

KNOWN_PEOPLE = (
    ("张三", "zhangsan"),
    ("Emma Lindqvist", "emma.lindqvist"),
    ("李四", "lisi"),
    ("David Okafor", "david.okafor"),
    ("王芳", "wangfang"),
    ("Sofia Romano", "sofia.romano"),
    ("Jonas Weber", "jonas.weber"),
    ("陈静", "chenjing"),
)
# Display name, alias, seats.
FIRST_ROOMS = (
    ("2楼广寒宫", "guanghan", 8),
    ("3楼水晶宫", "shuijing", 12),
    ("Boardroom", "boardroom", 20),
    ("2楼小议室", "xiaoyi", 4),
    ("Workshop", "workshop", 16),
)
GIVEN_NAMES = ("Anna", "Ben", "Clara", "Elias", "Hana", "Ivan", "Lucia", "Mehmet", "Nora", "Oscar", "Priya", "Tomas")
FAMILY_NAMES = ("Berg", "Costa", "Dubois", "Fischer", "Garcia", "Hughes", "Ito", "Kovac", "Larsen", "Novak", "Silva")
FEATURES = ("hybrid", "phone", "screen", "video", "whiteboard")
SUBJECTS = (
    "Weekly planning",
    "Design review",
    "Budget 2027",
    "1:1",
    "Customer call",
    "项目周会",
    "需求评审",
    "Interview",
    "Retrospective",
    "Supplier visit",
    "发布准备",
    "Training",
)
