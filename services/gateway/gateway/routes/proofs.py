"""That it is surely this person who asks, now: the password once more, or a sign-in a moment ago."""

from gateway.domain.people import Account, FreshSignInNeeded, is_fresh
from gateway.domain.tries import proof_limit
from gateway.routes.context import Person, passwords, unit
from gateway.routes.guards import digest
from gateway.routes.security import note_refused
from gateway.use_cases import people, tries


def is_password_of(person: Person, password: str) -> Account | None:
    """Her account, if this is its password; what is wrong is noted. Raises NotSignedIn, TooManyTries.

    Who is leaving is asked, too: on two devices at once she is answered on both.
    """
    limit = proof_limit(digest, str(person.session.id))
    with unit.bound().begin() as work:
        account = people.read_account(work, person.account_id)
        tries.count(work, [limit])
    if not passwords().matches(password, account.password_hash):
        note_refused(account.id, person.session.id)
        return None
    with unit.bound().begin() as work:
        work.tries.forgive(limit)
    return account


def require_fresh(person: Person) -> None:
    """Raises FreshSignInNeeded unless this device signed in a moment ago."""
    if not is_fresh(person.session, unit.clock.now()):
        raise FreshSignInNeeded
