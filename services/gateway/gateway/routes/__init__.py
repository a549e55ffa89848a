"""The gateway's HTTP door: the public API and the pages."""

from flask import Blueprint

from gateway.routes.accesses import routes as accesses
from gateway.routes.account import link_routes as address_links
from gateway.routes.account import routes as account
from gateway.routes.account_pages import pages as account_pages
from gateway.routes.accounts import routes as accounts
from gateway.routes.announcements import routes as announcements
from gateway.routes.announcements_page import pages as announcements_page
from gateway.routes.api_keys import routes as api_keys
from gateway.routes.archives import routes as archives
from gateway.routes.arrivals import pages as arrivals
from gateway.routes.audits import routes as audits
from gateway.routes.beacon import routes as beacon
from gateway.routes.buying import routes as buying
from gateway.routes.callbacks import routes as callbacks
from gateway.routes.catalogue import routes as catalogue
from gateway.routes.consents import routes as consents
from gateway.routes.credits import routes as credits
from gateway.routes.crossing import crossing
from gateway.routes.desk_door import pages as desk_door
from gateway.routes.desk_jobs import engines, jobs
from gateway.routes.desk_letters import routes as letters
from gateway.routes.desk_machine_rooms import PAGES as MACHINE_ROOMS
from gateway.routes.desk_money import books, money
from gateway.routes.desk_money_rooms import PAGES as MONEY_ROOMS
from gateway.routes.desk_overview import pages as desk_overview_page
from gateway.routes.desk_overview import routes as desk_waits
from gateway.routes.desk_policies import routes as policy_stands
from gateway.routes.desk_policy_rooms import pages as desk_policy_rooms
from gateway.routes.desk_privacy import audit as desk_audit
from gateway.routes.desk_privacy import requests as desk_requests
from gateway.routes.desk_rooms import PAGES as DESK_PAGES
from gateway.routes.desk_staff import routes as desk_members
from gateway.routes.desk_staff import trail as desk_trail
from gateway.routes.desk_support import people as desk_people
from gateway.routes.desk_support import questions as desk_questions
from gateway.routes.developers import developers
from gateway.routes.disclosures import routes as disclosures
from gateway.routes.edits import routes as edits
from gateway.routes.erasures import routes as erasures
from gateway.routes.events import routes as events
from gateway.routes.factors import routes as factors
from gateway.routes.figurines import routes as figurines
from gateway.routes.gallery_pages import pages as gallery_pages
from gateway.routes.invoices import routes as invoices
from gateway.routes.leaving import leaving
from gateway.routes.models import routes as models
from gateway.routes.news_pages import pages as news_pages
from gateway.routes.owning import routes as owning
from gateway.routes.pages import pages
from gateway.routes.passkeys import door_routes as passkey_door
from gateway.routes.passkeys import routes as passkeys
from gateway.routes.photo_check import routes as photo_check
from gateway.routes.photos import routes as photos
from gateway.routes.pictures import routes as pictures
from gateway.routes.plans import routes as plans
from gateway.routes.policy import own_routes as own_policy
from gateway.routes.policy import routes as policy
from gateway.routes.policy_pages import pages as policy_pages
from gateway.routes.promises import routes as promises
from gateway.routes.promises_page import pages as promises_page
from gateway.routes.provenance import routes as provenance
from gateway.routes.provider_door import pages as provider_door
from gateway.routes.record import own_routes as own_record
from gateway.routes.record import public_routes as processing
from gateway.routes.recovery import routes as recovery
from gateway.routes.recovery_pages import pages as recovery_pages
from gateway.routes.reports import routes as reports
from gateway.routes.reports_page import pages as reports_page
from gateway.routes.requests import routes as requests
from gateway.routes.script_words import words as script_words
from gateway.routes.security import routes as security
from gateway.routes.sessions import routes as sessions
from gateway.routes.shared import routes as shared
from gateway.routes.signals import routes as signals
from gateway.routes.speaking import speaking
from gateway.routes.statistics import routes as statistics
from gateway.routes.status_page import pages as status_page
from gateway.routes.steps import own_routes as proof
from gateway.routes.steps import routes as steps
from gateway.routes.styles import routes as styles
from gateway.routes.support import own_routes as own_support
from gateway.routes.support import routes as support
from gateway.routes.support_page import page as support_page
from gateway.routes.translating import translating
from gateway.routes.usage import routes as usage
from gateway.routes.webhooks import routes as webhooks

BLUEPRINTS: tuple[Blueprint, ...] = (
    crossing,
    speaking,
    translating,
    script_words,
    accounts,
    recovery,
    account,
    address_links,
    sessions,
    steps,
    proof,
    factors,
    passkeys,
    passkey_door,
    security,
    api_keys,
    callbacks,
    styles,
    figurines,
    edits,
    owning,
    pictures,
    shared,
    provenance,
    models,
    photos,
    photo_check,
    credits,
    invoices,
    catalogue,
    buying,
    plans,
    webhooks,
    events,
    usage,
    beacon,
    signals,
    consents,
    disclosures,
    accesses,
    requests,
    archives,
    erasures,
    promises,
    own_record,
    processing,
    support,
    own_support,
    policy,
    own_policy,
    audits,
    reports,
    desk_waits,
    desk_questions,
    desk_people,
    desk_requests,
    desk_audit,
    policy_stands,
    desk_members,
    desk_trail,
    statistics,
    leaving,
    pages,
    gallery_pages,
    status_page,
    account_pages,
    recovery_pages,
    provider_door,
    arrivals,
    developers,
    news_pages,
    announcements,
    announcements_page,
    policy_pages,
    promises_page,
    support_page,
    desk_door,
    desk_overview_page,
    reports_page,
    *DESK_PAGES,
    desk_policy_rooms,
    letters,
    jobs,
    engines,
    books,
    money,
    *MACHINE_ROOMS,
    *MONEY_ROOMS,
)
