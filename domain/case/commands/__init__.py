"""Commands on a case: what a person may ask for, as a device sends it.

Each class is the `args` of an intent; its `type` is the name and version on the wire (`case.file@1`).
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.case.commands.base import (
    Command,
    FileRef,
    LongText,
    PageCount,
    PageOf,
    Position,
    Reason,
    Sha256,
    ShortText,
    Unusable,
    Words,
)
from domain.case.commands.claims import (
    AskTakeOver,
    BreakClaim,
    ClaimCase,
    HandOver,
    KeepCase,
    ReassignCase,
    RecallHandOver,
    ReleaseCase,
    SendBack,
)
from domain.case.commands.clocks import DeemAccepted, FireTimer, RecomputeDeadlines
from domain.case.commands.decision import DecideCase, RevokeResult, SampleCase, UndoAct, VerifyCommitment
from domain.case.commands.delivery import (
    ArchiveCase,
    ConfirmDelivery,
    DispatchResult,
    IssueResult,
    RecordPosting,
    RecordRendering,
    ReprintResult,
    ReturnPost,
    VoidResult,
)
from domain.case.commands.effects import ClaimEffect, ReportEffect
from domain.case.commands.files import ExpireFile, RejectFile, StoreFile
from domain.case.commands.filing import (
    ChangeDelivery,
    ChildFiling,
    CopyFor,
    FileBundle,
    FileCase,
    HandInByLink,
    MakeUploadLink,
    OpenBundle,
    OpenCase,
    RefuseReopening,
    ReopenCase,
    SupplementCase,
    WithdrawCase,
)
from domain.case.commands.materials import AskRegister, AttachCopy, CloseGap, RecordLookUp
from domain.case.commands.migration import MigrateCase
from domain.case.commands.people import AddNote, EndAgency, SendMessage, ViewRecord
from domain.case.commands.procedure import (
    AnswerExtension,
    AskExtension,
    BeginProcedure,
    ConvertCase,
    EndProcedure,
    HandBack,
    ProcedureKind,
    ProlongProcedure,
    ReviewCase,
    TerminateCase,
)
from domain.case.commands.window import (
    AcceptCase,
    ApproveSecondNotice,
    AskSecondNotice,
    ClearDuplicate,
    DeclineCase,
    DefectFound,
    GapAllowed,
    MergeCase,
    RedirectCase,
    RequestCorrection,
    SuspectDuplicate,
    VerdictOn,
    VerifyPages,
    VoidCase,
)

__all__ = [
    "CENTRE_ONLY",
    "COMMANDS",
    "AcceptCase",
    "AddNote",
    "AnswerExtension",
    "ApproveSecondNotice",
    "ArchiveCase",
    "AskExtension",
    "AskRegister",
    "AskSecondNotice",
    "AskTakeOver",
    "AttachCopy",
    "BeginProcedure",
    "BreakClaim",
    "ChangeDelivery",
    "ChildFiling",
    "ClaimCase",
    "ClaimEffect",
    "ClearDuplicate",
    "CloseGap",
    "Command",
    "ConfirmDelivery",
    "ConvertCase",
    "CopyFor",
    "DecideCase",
    "DeclineCase",
    "DeemAccepted",
    "DefectFound",
    "DispatchResult",
    "EndAgency",
    "EndProcedure",
    "ExpireFile",
    "FileBundle",
    "FileCase",
    "FileRef",
    "FireTimer",
    "GapAllowed",
    "HandBack",
    "HandInByLink",
    "HandOver",
    "IssueResult",
    "KeepCase",
    "LongText",
    "MakeUploadLink",
    "MergeCase",
    "MigrateCase",
    "OpenBundle",
    "OpenCase",
    "PageCount",
    "PageOf",
    "Position",
    "ProcedureKind",
    "ProlongProcedure",
    "Reason",
    "ReassignCase",
    "RecallHandOver",
    "RecomputeDeadlines",
    "RecordLookUp",
    "RecordPosting",
    "RecordRendering",
    "RedirectCase",
    "RefuseReopening",
    "RejectFile",
    "ReleaseCase",
    "ReopenCase",
    "ReportEffect",
    "ReprintResult",
    "RequestCorrection",
    "ReturnPost",
    "ReviewCase",
    "RevokeResult",
    "SampleCase",
    "SendBack",
    "SendMessage",
    "Sha256",
    "ShortText",
    "StoreFile",
    "SupplementCase",
    "SuspectDuplicate",
    "TerminateCase",
    "UndoAct",
    "Unusable",
    "VerdictOn",
    "VerifyCommitment",
    "VerifyPages",
    "ViewRecord",
    "VoidCase",
    "VoidResult",
    "WithdrawCase",
    "Words",
]


def _kinds(root: type[Command]) -> Iterator[type[Command]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _kinds(kind)


COMMANDS: dict[str, type[Command]] = {kind.type: kind for kind in _kinds(Command)}
"""Every command of this package by its type on the wire."""

CENTRE_ONLY: frozenset[type[Command]] = frozenset(
    {
        StoreFile,
        ExpireFile,
        RejectFile,
        RecordRendering,
        ClaimEffect,
        ReportEffect,
        RecordPosting,
        Unusable,
        DeemAccepted,
        FireTimer,
        RecomputeDeadlines,
        ArchiveCase,
        RecordLookUp,
        HandInByLink,
        SuspectDuplicate,
    }
)
"""Commands that no device may give by their name; one that does is refused as `forbidden`."""
