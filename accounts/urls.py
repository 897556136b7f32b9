"""The addresses of this app, before those of allauth: what is listed here takes the place of the same address there."""

from django.urls import path, re_path

from accounts.views import closed, firm, invitation, mails, members, person

urlpatterns = [
    path("profile/", person.profile, name="profile"),
    path("profile/mails/", mails.mail_preferences, name="mail_preferences"),
    path("switch/", person.switch_firm, name="switch_firm"),
    path("no-firm/", person.no_firm, name="no_firm"),
    path("unsent/", person.unsent_form, name="unsent_form"),
    path("firm/", firm.firm, name="firm"),
    path("firm/trail/", firm.audit_trail, name="audit_trail"),
    path("firm/members/", members.members, name="members"),
    path("firm/members/invite/", members.invite_member, name="invite_member"),
    path("firm/members/<int:pk>/role/", members.change_role, name="change_role"),
    path("firm/members/<int:pk>/end/", members.end_membership, name="end_membership"),
    path("firm/leave/", members.leave_firm, name="leave_firm"),
    path("firm/invitations/<int:pk>/resend/", members.resend_invitation, name="resend_invitation"),
    path("firm/invitations/<int:pk>/revoke/", members.revoke_invitation, name="revoke_invitation"),
    path("invitation/", invitation.invitation, name="invitation"),
    path("invitation/other/", invitation.change_person, name="change_person"),
    path("invitation/<str:token>/", invitation.open_invitation, name="open_invitation"),
    # Doors of allauth that this house keeps shut: an address is proved by an invitation and is not changed by oneself.
    path("signup/", closed.no_such_page, name="account_signup"),
    path("email/", closed.no_such_page, name="account_email"),
    path("confirm-email/", closed.no_such_page, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", closed.no_such_page, name="account_confirm_email"),
    path("password/set/", closed.no_such_page, name="account_set_password"),
    path("login/code/confirm/", closed.no_such_page, name="account_confirm_login_code"),
]
