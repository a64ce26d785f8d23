"""Warnings and questions for the tests, and what is said to them. Whoever warns or asks is the organiser."""

from typing import Any

from tests.core.compilation.logs import Log
from vocu.form.messages import Answer, Feedback, Question, WarningNotice
from vocu.operation import events


def warn(log: Log, *addressees: str, **fields: Any) -> str:
    notice = WarningNotice(addressees=addressees, commodity="tobacco.cigarettes", action="control", **fields)
    return log.post("PL", events.WarningIssued(stat=notice))


def feed_back(log: Log, ncp: str, warning: str, result: str) -> None:
    log.post(ncp, events.FeedbackGiven(stat=Feedback(result=result)), ref=warning)


def ask(log: Log, *addressees: str, **fields: Any) -> str:
    question = Question(kind="question", addressees=addressees, subject="legal", **fields)
    return log.post("PL", events.QuestionAsked(stat=question))


def answer(log: Log, ncp: str, question: str, result: str = "answered", **fields: Any) -> None:
    log.post(ncp, events.QuestionAnswered(stat=Answer(result=result, **fields)), ref=question)
