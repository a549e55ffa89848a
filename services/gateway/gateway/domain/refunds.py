"""What the gateway knows of refunds that take two. Pure."""

from common.errors import Conflict


class OwnProposal(Conflict):
    """Nobody approves the refund they proposed; ask a second person."""

    code = "own_proposal"


class NotConfirmed(Conflict):
    """What was typed is not the type of the letter, so it stays. Type it as it is written."""

    code = "not_confirmed"
