"""What the demonstration's staff learn: `training.yaml`, courses under way, one new policy, questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from domain.case.commands import Command
from domain.catalogue.items import ServiceItem
from domain.training.content import (
    FILES_OF_TRAINING,
    Content,
    Course,
    Policy,
    content_stream,
    kind_of,
)
from domain.training.courses import WHOLE, AcknowledgePolicy, AssignCourse, ReachLesson
from domain.training.publishing import PublishTraining
from domain.training.questions_and_answers import AskQuestion, MarkAnswer, ReplyToQuestion
from domain.training.source import Attached, FileFault, Known, contents_from_source
from store.files import FileStore
from web.demo.making import SeedingFailed
from web.demo.story import Cast, Chain, made_id
from web.training_files import attached, given_on_disk, parsed
from web.training_import import with_files

FILE = Path(__file__).parent / "training.yaml"
TRAINER = "trainer"
LEARNERS = ("zhoumin", "hexin", "tangli", "jiangxue", "litao", "wangfang", "chenjing", "zhangjun")
LONG_AGO = 55
"""Working days since the first courses were given out."""

DONE: dict[str, tuple[str, ...]] = {
    "course-front-desk": ("zhoumin", "hexin", "tangli", "jiangxue", "chenjing", "zhangjun"),
    "course-lease-online": ("zhoumin", "hexin", "jiangxue"),
    "course-social-relief": ("zhoumin", "jiangxue", "zhangjun", "litao"),
    "course-employment": ("zhoumin", "tangli", "jiangxue"),
    "course-elder-disabled-health": ("zhoumin", "hexin", "jiangxue"),
    "course-time-privacy": ("jiangxue",),
}
"""Who has finished which course."""

UNDER_WAY: dict[str, dict[str, tuple[int, int]]] = {
    "course-time-privacy": {"zhoumin": (3, 400), "hexin": (2, WHOLE), "tangli": (0, 650), "litao": (4, WHOLE)},
    "course-employment": {"hexin": (3, 500)},
    "course-social-relief": {"wangfang": (2, WHOLE)},
    "course-lease-online": {"tangli": (1, 300)},
}
"""How many lessons somebody has finished, and how far the next one is."""

DUE_SOON = "course-time-privacy"
DUE_IN = timedelta(days=4)

NEW_POLICY = Policy(
    id="policy-photo-retention",
    title_zh="群众证件照片的留存期限（本中心）",
    title_en="How long photographs of documents are kept (this centre)",
    published=date(2026, 1, 1),
    effective=date(2026, 1, 1),
    source_zh="北桥街道便民服务中心通知（示例）",
    source_en="Notice of the centre (sample)",
    item_ids=("house-lease-filing", "subsistence-allowance", "social-security-card"),
    verify=False,
    summary_zh=(
        "从生效之日起，窗口和社区用工作平板拍的证件照片，上传到系统后当天从相册删除；微信里收到的，登记后当场删除。"
        "系统里的照片按办件保存，不另存、不转发。"
    ),
    summary_en=(
        "From this day on, photographs of documents taken on the centre's tablets are removed from the album on the "
        "day on which they were uploaded; what came by WeChat is deleted as soon as it is recorded. Photographs in the "
        "system are kept with the case; nobody keeps or passes on a copy."
    ),
    action_zh="今天下班前检查一遍自己的平板相册。",
    action_en="Look through the album of your tablet before you leave today.",
)


def training_content(items: dict[str, ServiceItem], files: FileStore) -> tuple[Content, ...]:
    """What the file holds, with its handouts kept.

    Raises:
        SeedingFailed: the file has a fault.
    """
    given = given_on_disk(FILE)
    found = parsed(given.text)
    if isinstance(found, FileFault):
        raise SeedingFailed(str(found))
    kept: dict[str, str] = {}

    def keep(name: str) -> Attached | None:
        content = given.beside(name)
        seen = attached(content)
        if content is not None and seen is not None and seen.sha256 not in kept:
            kept[seen.sha256] = files.put(content, person=FILES_OF_TRAINING).address
        return seen

    read = contents_from_source(found.raw, found.lines, Known(items.get), attach=keep)
    if read.faults:
        raise SeedingFailed(f"{FILE.name}:{read.faults[0]}")
    return tuple(with_files(content, kept) for content in read.contents)


def published(contents: tuple[Content, ...]) -> Iterator[tuple[UUID, Command]]:
    """The commands that publish it, on their streams."""
    for content in contents:
        yield content_stream(kind_of(content), content.id), PublishTraining(content=content)


def learning(cast_: Cast, contents: tuple[Content, ...]) -> Iterator[Chain]:
    """Courses given out, lessons read, policies acknowledged, questions asked."""
    courses = {one.id: one for one in contents if isinstance(one, Course)}
    yield _given_out(cast_, courses)
    for course in courses.values():
        for name in DONE[course.id]:
            yield _read(cast_, course, name, len(course.lessons), 0)
        for name, (lessons, permille) in UNDER_WAY.get(course.id, {}).items():
            yield _read(cast_, course, name, lessons, permille)
    yield from _acknowledged(cast_, [one for one in contents if isinstance(one, Policy)])
    yield _new_policy(cast_)
    yield from _questions(cast_)


def _given_out(cast_: Cast, courses: dict[str, Course]) -> Chain:
    """Everything for everybody long ago, and one again that is due soon."""
    diary, trainer = cast_.diary, cast_.staff[TRAINER]
    people = tuple(cast_.staff[name].id for name in LEARNERS)
    chain = Chain("courses given out")
    for course in courses.values():
        if course.id == DUE_SOON:
            continue
        due = diary.workday(LONG_AGO) + timedelta(days=course.due_days + 60)
        lane = content_stream("course", course.id)
        command = AssignCourse(course_id=course.id, people=people, due_on=max(due, diary.today + timedelta(days=9)))
        chain.do(lane, command, trainer, at=diary.at(LONG_AGO, "09:30"))
    soon = AssignCourse(course_id=DUE_SOON, people=people, due_on=diary.today + DUE_IN)
    return chain.do(content_stream("course", DUE_SOON), soon, trainer, at=diary.at(8, "09:10"))


def _read(cast_: Cast, course: Course, name: str, lessons: int, permille: int) -> Chain:
    """Lessons read one after the other at noon, an hour after the assignment at the earliest."""
    diary, person = cast_.diary, cast_.staff[name]
    chain = Chain(f"{name} reads {course.id}")
    start = 7 if course.id == DUE_SOON else LONG_AGO - 3 - len(name)
    for place, lesson in enumerate(course.lessons[: lessons + 1]):
        reached = WHOLE if place < lessons else permille
        if reached == 0:
            break
        command = ReachLesson(course_id=course.id, lesson_id=lesson.id, version=1, permille=reached)
        chain.do(person.id, command, person, at=diary.at(start - place, "12:40"))
    return chain


def _acknowledged(cast_: Cast, policies: list[Policy]) -> Iterator[Chain]:
    for name in LEARNERS:
        person = cast_.staff[name]
        chain = Chain(f"{name} acknowledges")
        for place, policy in enumerate(policies):
            if name == "tangli" and place > 3:
                continue
            command = AcknowledgePolicy(policy_id=policy.id, version=1)
            chain.do(person.id, command, person, at=cast_.diary.at(LONG_AGO - place, "16:10"))
        yield chain


def _new_policy(cast_: Cast) -> Chain:
    """Published yesterday, in force in five days; two have read it."""
    diary = cast_.diary
    policy = replace(NEW_POLICY, published=diary.workday(1), effective=diary.today + timedelta(days=5))
    lane = content_stream("policy", policy.id)
    chain = Chain("new policy").do(lane, PublishTraining(content=policy), cast_.staff[TRAINER], at=diary.at(1, "09:05"))
    for name, clock in (("jiangxue", "10:20"), ("litao", "11:45")):
        person = cast_.staff[name]
        chain.do(
            person.id,
            AcknowledgePolicy(policy_id=policy.id, version=1),
            person,
            at=diary.at(1, clock),
        )
    return chain


def _questions(cast_: Cast) -> Iterator[Chain]:
    diary, staff = cast_.diary, cast_.staff
    yield _asked(
        cast_,
        "sublet",
        "hexin",
        diary.at(6, "10:30"),
        "租客把房子转租给同事，房东口头同意，没有书面材料，能备案吗？",
        ("house-lease-filing",),
        ("zhoumin", "要房东书面同意转租。可以让房东在手机上签一份，当场就能补。"),
        marked=True,
    )
    yield _asked(
        cast_,
        "agent abroad",
        "tangli",
        diary.at(3, "15:20"),
        "老人在国外，女儿想替他做待遇资格认证，要不要公证？",
        ("benefit-living-certification",),
        ("jiangxue", "不用公证。本人在手机上刷脸就行，在国外也可以；刷不了再走使领馆。"),
        ("hexin", "补一句：刷脸失败两次以后系统会给电话，别让家属再跑一趟。"),
    )
    asker = staff["chenjing"]
    yield Chain("question about post").do(
        made_id("question about post"),
        AskQuestion(text="邮寄退回来两次，地址没错，家里没人收。能不能改成自取？", item_ids=("house-lease-filing",)),
        asker,
        at=diary.at(1, "15:40"),
    )


def _asked(
    cast_: Cast,
    name: str,
    asker: str,
    at: datetime,
    text: str,
    items: tuple[str, ...],
    *answers: tuple[str, str],
    marked: bool = False,
) -> Chain:
    lane, staff = made_id(f"question {name}"), cast_.staff
    chain = Chain(f"question {name}").do(lane, AskQuestion(text=text, item_ids=items), staff[asker], at=at)
    for number, (who, answer) in enumerate(answers, 1):
        chain.do(lane, ReplyToQuestion(text=answer), staff[who], at=at + timedelta(minutes=35 * number))
    if marked:
        chain.do(lane, MarkAnswer(number=1), staff[TRAINER], at=at + timedelta(hours=3))
    return chain
