"""What an owner does with a figurine: deletes it, shares it, rates it; twice, late, and in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK
from common.contracts.generation import FigurineDeleted, FigurineFailed
from common.errors import Invalid, NotYet, Unavailable
from generation import use_cases
from generation.domain import LONGEST_PAINTING, NoSuchFigurine, NoSuchPicture
from generation.domain.sharing import NoSuchShare, NothingToShow, check_comment
from generation.ports import Size
from tests.builders import Life
from tests.fakes.engine import Hangs, fails
from tests.integration.generation.shop import Shop


def painted(shop: Shop, **fields: int) -> Life:
    life = shop.ready(**fields)
    shop.workshop.render_next()
    return life


def delete(shop: Shop, life: Life, *, by: UUID | None = None) -> None:
    with shop.unit.begin() as work:
        use_cases.delete_figurine(work, by or life.user_id, life.figurine_id)


def share(shop: Shop, life: Life) -> str:
    with shop.unit.begin() as work:
        return use_cases.share_figurine(work, life.user_id, life.figurine_id)


def rate(shop: Shop, life: Life, stars: int, comment: str = "") -> None:
    with shop.unit.begin() as work:
        use_cases.rate_figurine(work, life.user_id, life.figurine_id, stars=stars, comment=comment)


def gone(shop: Shop, life: Life) -> int:
    return shop.types_told(life).count("figurine.deleted")


class TestDeleting:
    def test_nothing_of_a_deleted_figurine_is_left_and_that_is_told_once(self, shop: Shop) -> None:
        life = painted(shop, variants=2)
        assert len(shop.keys("figurines", life.figurine_id)) == 2 * len(Size)
        delete(shop, life)
        delete(shop, life)
        assert shop.workshop.delete_figurines() == 1
        assert shop.workshop.delete_figurines() == 0
        assert shop.keys("figurines", life.figurine_id) == []
        assert [event for event in shop.told(life) if isinstance(event, FigurineDeleted)] == [
            FigurineDeleted(figurine_id=life.figurine_id, user_id=life.user_id)
        ]
        delete(shop, life)
        assert shop.workshop.delete_figurines() == 0
        assert gone(shop, life) == 1

    def test_it_is_out_of_sight_before_the_store_has_heard_of_it(self, shop: Shop) -> None:
        life = painted(shop)
        token = share(shop, life)
        delete(shop, life)
        with shop.unit.begin() as work, pytest.raises(NoSuchPicture):
            use_cases.find_picture(work, life.user_id, life.figurine_id, 1)
        with shop.unit.begin() as work, pytest.raises(NoSuchShare):
            use_cases.open_share(work, token)
        with shop.unit.begin() as work, pytest.raises(NoSuchFigurine):
            use_cases.queue_place(work, life.user_id, life.figurine_id, painters=shop.workshop.painters)

    def test_somebody_else_deletes_nothing(self, shop: Shop) -> None:
        life = painted(shop)
        with pytest.raises(NoSuchFigurine):
            delete(shop, life, by=SYSTEM_CLOCK.new_id())
        assert shop.workshop.delete_figurines() == 0

    def test_a_figurine_in_the_queue_is_called_off_and_costs_nothing(self, shop: Shop) -> None:
        life = shop.ready()
        delete(shop, life)
        assert shop.workshop.render_next() == 0
        (failed,) = [event for event in shop.told(life) if isinstance(event, FigurineFailed)]
        assert failed.code == "cancelled"
        assert shop.upload(life) == ("deleting", "cancelled")

    def test_a_figurine_that_is_being_painted_leaves_nothing_behind(self, shop: Shop) -> None:
        life = shop.ready()
        hangs = Hangs()
        shop.engine.will(hangs)
        with ThreadPoolExecutor() as threads:
            painting = threads.submit(shop.workshop.render_next)
            assert hangs.begun.wait(10)
            delete(shop, life)
            assert shop.workshop.delete_figurines() == 1
            hangs.go_on.set()
            painting.result(10)
        assert shop.keys("figurines", life.figurine_id) == []
        assert shop.types_told(life).count("figurine.generated") == 0
        assert gone(shop, life) == 1

    def test_what_a_killed_renderer_left_goes_with_the_sweep(self, shop: Shop) -> None:
        life = shop.ready()
        claim = shop.claim()
        assert claim is not None
        delete(shop, life)
        shop.workshop.delete_figurines()
        shop.pictures.put(f"{life.figurine_id}/{claim.attempt}/1", Size.FULL, b"late", owner=life.user_id)
        shop.clock.advance(LONGEST_PAINTING + timedelta(minutes=1))
        shop.workshop.sweep_attempts()
        assert shop.keys("figurines", life.figurine_id) == []

    def test_it_may_be_deleted_before_its_order_has_come(self, shop: Shop) -> None:
        life = Life(began=shop.clock.now())
        delete(shop, life)
        shop.order(life)
        with shop.unit.begin() as work:
            use_cases.queue_job(work, life.held())
        assert shop.workshop.render_next() == 0
        assert shop.upload(life) == ("deleting", "cancelled")

    def test_news_about_a_deleted_figurine_changes_nothing(self, shop: Shop) -> None:
        life = painted(shop)
        delete(shop, life)
        shop.workshop.delete_figurines()
        before = shop.types_told(life)
        shop.accept(life)
        shop.afford(life)
        with shop.unit.begin() as work:
            use_cases.reject_job(work, life.refused())
        assert shop.types_told(life) == before
        with shop.unit.begin() as work, pytest.raises(NotYet):
            use_cases.queue_job(work, Life().held())

    def test_a_store_that_is_away_is_tried_again(self, shop: Shop) -> None:
        life = painted(shop)
        delete(shop, life)

        class Away:
            def sweep(self, _prefix: str) -> int:
                raise Unavailable

        shop.with_workshop(pictures=Away()).workshop.delete_figurines()
        assert gone(shop, life) == 0
        assert shop.workshop.delete_figurines() == 0
        shop.clock.advance(timedelta(seconds=31))
        assert shop.workshop.delete_figurines() == 1
        assert gone(shop, life) == 1


class TestSharing:
    def test_a_figurine_has_one_link_and_its_owner_can_read_it_again(self, shop: Shop) -> None:
        life = painted(shop)
        token = share(shop, life)
        assert share(shop, life) == token
        with shop.unit.begin() as work:
            assert use_cases.find_share(work, life.user_id, life.figurine_id) == token

    def test_asked_for_by_many_at_once_it_is_still_one(self, shop: Shop) -> None:
        life = painted(shop)
        with ThreadPoolExecutor(8) as threads:
            tokens = list(threads.map(lambda _: share(shop, life), range(8)))
        assert len(set(tokens)) == 1

    def test_the_link_shows_pictures_and_nobody(self, shop: Shop) -> None:
        life = painted(shop, variants=2)
        with shop.unit.begin() as work:
            shared = use_cases.open_share(work, share(shop, life))
        assert (shared.pictures, shared.style, shared.engine) == ((1, 2), life.style, "fake")

    def test_taken_back_it_leads_nowhere_and_a_new_one_is_another(self, shop: Shop) -> None:
        life = painted(shop)
        token = share(shop, life)
        for _ in range(2):
            with shop.unit.begin() as work:
                use_cases.unshare_figurine(work, life.user_id, life.figurine_id)
        with shop.unit.begin() as work, pytest.raises(NoSuchShare):
            use_cases.open_share(work, token)
        assert share(shop, life) != token

    def test_the_token_lies_in_no_column(self, shop: Shop) -> None:
        life = painted(shop)
        token = share(shop, life)
        with shop.unit.database.begin() as connection:
            (row,) = connection.execute("SELECT shares::text FROM shares").fetchone() or ("",)
        assert token not in row
        assert token.encode().hex() not in row

    def test_only_its_owner_shares_it_and_only_once_it_is_there(self, shop: Shop) -> None:
        stranger, life = SYSTEM_CLOCK.new_id(), painted(shop)
        with shop.unit.begin() as work, pytest.raises(NoSuchFigurine):
            use_cases.share_figurine(work, stranger, life.figurine_id)
        with shop.unit.begin() as work, pytest.raises(NoSuchFigurine):
            use_cases.unshare_figurine(work, stranger, life.figurine_id)
        shop.engine.will(fails("no_picture"))
        with pytest.raises(NothingToShow):
            share(shop, painted(shop))


class TestRating:
    def test_the_last_word_counts(self, shop: Shop) -> None:
        life = painted(shop)
        rate(shop, life, 2, "too stern")
        rate(shop, life, 5)
        assert shop.one("SELECT stars, comment FROM ratings WHERE figurine_id = %s", life.figurine_id) == (5, None)

    def test_words_lie_sealed(self, shop: Shop) -> None:
        life = painted(shop)
        rate(shop, life, 4, "Grandma smiles")
        (comment,) = shop.one("SELECT comment FROM ratings WHERE figurine_id = %s", life.figurine_id)
        assert b"Grandma" not in comment
        with shop.unit.begin() as work:
            assert work.seals.open(comment, owner=life.user_id, purpose="ratings.comment") == "Grandma smiles"

    def test_a_rating_goes_with_its_figurine(self, shop: Shop) -> None:
        life = painted(shop)
        rate(shop, life, 4)
        delete(shop, life)
        with shop.unit.database.begin() as connection:
            assert connection.execute("SELECT 1 FROM ratings").fetchall() == []

    def test_nobody_rates_what_is_not_there(self, shop: Shop) -> None:
        with pytest.raises(NothingToShow):
            rate(shop, shop.ready(), 5)

    @given(st.text(max_size=600))
    def test_a_comment_is_kept_as_it_was_said_or_refused(self, text: str) -> None:
        try:
            kept = check_comment(text)
        except Invalid:
            return
        assert kept == text.strip()
        assert len(kept) <= 500
