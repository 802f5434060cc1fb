from schemas.article import Article, Category, Subjects
from schemas.message import Mentions
from schemas.result_parts import Coach, Member, MemberTeam


def test_an_article_mentions_its_subjects_once():
    """Organisations of athletes and teams, and athletes, in order of appearance; coaches have a nationality only."""
    both = Subjects(
        athletes=(Member(id="2", noc="XBB"), Member(id="1", noc="XAA")),
        coaches=(Coach(id="7", nationality="XCC"),),
        teams=(MemberTeam(id="T1", noc="XDD"), MemberTeam(id="T2")),
    )
    again = Subjects(athletes=(Member(id="2", noc="XBB"), Member(id="3")))
    article = Article(related=(both, again), venue="STA")
    assert article.mentions() == Mentions("STA", ("XBB", "XAA", "XDD"), ("2", "1", "3"))


def test_an_article_about_nobody_mentions_its_venue():
    """Most alerts name a unit, no people."""
    assert Article(venue="STA", unit="BDMWSINGLES-----------SFNL000100--").mentions() == Mentions("STA")
    assert Article(related=(Subjects(),)).mentions() == Mentions()


def test_a_category_is_not_the_main_one_unless_it_says_so():
    """Of several categories at most one is marked."""
    assert [category.main for category in (Category(code="ROW"), Category(code="SAL", main=True))] == [False, True]
