using System.Net;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Arrival;

public sealed class RewrittenSendersTests
{
    private static readonly IPAddress Client = IPAddress.Parse("198.51.100.1");

    private readonly ArrivalRig _rig = new();
    private readonly SenderRewriter _rewriter;
    private readonly RewrittenSenders _senders;

    public RewrittenSendersTests()
    {
        _rewriter = new SenderRewriter(new SecretBox(new byte[32]), () => _rig.Settings, _rig.Time);
        _senders = new RewrittenSenders(_rewriter, _rig.Time);
    }

    [Fact]
    public void Ours_are_not_rewritten_again() => Assert.Null(_rewriter.Forward(MailAddress.Parse("MYBBS@HUB.example")));

    [Fact]
    public void Another_domain_s_addresses_are_not_looked_at()
    {
        MailAddress ours = _rewriter.Forward(MailAddress.Parse("joe@bbs.example"))!;
        Assert.NotNull(_senders.Read(ours, Client));
        Assert.Null(_senders.Read(MailAddress.Parse($"{ours.LocalPart}@other.example"), Client));
    }

    [Fact]
    public void Whoever_guesses_is_told_to_wait_even_when_he_is_right_at_last()
    {
        MailAddress right = _rewriter.Forward(MailAddress.Parse("joe@bbs.example"))!;
        MailAddress wrong = MailAddress.Parse("SRS0=aaaaaaaa=aa=bbs.example=joe@hub.example");
        for (int i = 0; i < RewrittenSenders.GuessesPerHour; i++)
            Assert.Equal(550, CodeOf(_senders.Read(wrong, Client)));
        Assert.Equal(451, CodeOf(_senders.Read(wrong, Client)));
        Assert.Equal(451, CodeOf(_senders.Read(right, Client)));
        Assert.IsType<ReturnVerdict.Allowed>(_senders.Read(right, IPAddress.Parse("203.0.113.1")));
        _rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.IsType<ReturnVerdict.Allowed>(_senders.Read(right, Client));
    }

    [Fact]
    public void Nobody_is_buried_in_reports()
    {
        MailAddress right = _rewriter.Forward(MailAddress.Parse("joe@bbs.example"))!;
        for (int i = 0; i < RewrittenSenders.ReportsPerHour; i++)
            Assert.IsType<ReturnVerdict.Allowed>(_senders.Read(right, IPAddress.Parse($"203.0.113.{i}")));
        Assert.Equal(451, CodeOf(_senders.Read(right, Client)));
        Assert.IsType<ReturnVerdict.Allowed>(_senders.Read(_rewriter.Forward(MailAddress.Parse("jim@bbs.example"))!, Client));
    }

    [Fact]
    public void A_report_of_our_own_is_for_whom_it_was()
    {
        MailAddress joe = MailAddress.Parse("joe@bbs.example");
        Assert.Equal(joe, _rewriter.Original(_rewriter.Forward(joe)!));
        Assert.Equal(joe, _rewriter.Original(joe));
    }

    private static int CodeOf(ReturnVerdict? verdict) => Assert.IsType<ReturnVerdict.Refused>(verdict).Reply.Code;
}
