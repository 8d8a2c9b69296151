"""The audit trail to a log server behind TLS: real certificates, real handshakes, nothing to a stranger."""

import pytest
from django.utils import timezone

from portal.log_server import BadTarget, read_target
from portal.models import AuditSeal
from portal.services import audit
from portal.services.audit_forwarding import forward_due
from tests.portal import log_sinks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink():
    for number in range(40):
        audit.record(None, "setting.change", actor=None, changes={"n": number})
    audit.seal()
    return log_sinks.Sink()


def aim(settings, port, ca):
    settings.SYSLOG_TARGET = read_target("SYSLOG_URL", f"tls://127.0.0.1:{port}", str(ca))


@pytest.mark.parametrize("polite", [True, False])
def test_every_event_arrives_once_behind_tls(settings, sink, tmp_path, polite):
    own = log_sinks.certificate(tmp_path)
    with log_sinks.tls(sink, own, polite=polite) as port:
        aim(settings, port, own)
        assert (forward_due(timezone.now()).sent, forward_due(timezone.now()).sent) == (40, 0)
    assert sink.sequences() == list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True))


def test_a_server_that_dies_half_way_has_not_taken_the_batch(settings, sink, tmp_path):
    own = log_sinks.certificate(tmp_path)
    with log_sinks.tls(sink, own, left=5) as port:
        aim(settings, port, own)
        done = forward_due(timezone.now())
    assert (done.sent, bool(done.failure)) == (0, True)


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(settings, sink, tmp_path):
    (tmp_path / "ours").mkdir()
    trusted = log_sinks.certificate(tmp_path / "ours")
    with log_sinks.tls(sink, log_sinks.certificate(tmp_path)) as port:
        aim(settings, port, trusted)
        done = forward_due(timezone.now())
    assert (done.sent, sink.lines) == (0, [])
    assert "证书未通过校验" in done.failure


def test_a_certificate_for_another_machine_is_refused(settings, sink, tmp_path):
    own = log_sinks.certificate(tmp_path, "10.9.8.7")
    with log_sinks.tls(sink, own) as port:
        aim(settings, port, own)
        assert "证书未通过校验" in forward_due(timezone.now()).failure
    assert sink.lines == []


def test_a_file_that_is_no_certificate_stops_the_start_with_a_sentence(tmp_path):
    wrong = tmp_path / "ca.pem"
    wrong.write_text("not a certificate", encoding="utf-8")
    for ca in (wrong, tmp_path / "none.pem"):
        with pytest.raises(BadTarget, match=r"SYSLOG_CA 中的“.*”不是可读的 PEM 证书文件"):
            read_target("SYSLOG_URL", "tls://log.example:6514", str(ca))


def test_a_target_behind_tls_is_read(tmp_path):
    target = read_target("SYSLOG_URL", "tls://log.example:6514", str(log_sinks.certificate(tmp_path)))
    assert (str(target), target.batch) == ("tls://log.example:6514", 500)
