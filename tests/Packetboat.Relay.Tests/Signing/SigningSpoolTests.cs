using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Telemetry;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Signing;

public sealed class SigningSpoolTests : IDisposable
{
    private const string Trace = "Received: by us\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n";
    private const string Message = "From: joe@d.example\r\nSubject: x\r\n\r\nHello \r\n\r\n";

    private readonly TemporaryFolder _ctrl = new();
    private readonly MemorySpool _spool = new();
    private readonly ListLogger<MailLog> _log = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();
    private readonly SigningSpool _signing;
    private Settings _settings;

    public SigningSpoolTests()
    {
        _settings = Read("DKIMSign = true\nDKIMDomain = d.example\nDKIMSelector = s");
        File.WriteAllText(_ctrl.File("dkim_s.pem"), _key.ToPem());
        var log = new MailLog(_log);
        _signing = new SigningSpool(_spool, new MessageSigner(new SystemSigningKey(() => _settings, log, _time), log, _time));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ctrl.Dispose();
        _key.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task A_signature_stands_in_front_and_the_content_is_as_it_came(int size)
    {
        AcceptedMessage accepted = await AcceptAsync(Message, size);

        Assert.Equal(Message, Encoding.ASCII.GetString(accepted.Content));
        Assert.EndsWith(Trace, Encoding.ASCII.GetString(accepted.Envelope.Trace), StringComparison.Ordinal);
        DkimVerdict verdict = Assert.Single(await VerifyAsync(accepted));
        Assert.Equal((DkimResult.Pass, "d.example", "s"), (verdict.Result, verdict.Domain, verdict.Selector));
    }

    [Fact]
    public async Task What_a_submission_server_adds_is_signed_too()
    {
        AcceptedMessage accepted = await AcceptAsync(Message);
        string changed = Encoding.ASCII.GetString(accepted.Envelope.Trace).Replace("12:00", "13:00", StringComparison.Ordinal);

        DkimVerdict verdict = Assert.Single(
            await VerifyAsync(accepted with { Envelope = accepted.Envelope with { Trace = Encoding.ASCII.GetBytes(changed) } })
        );

        Assert.Equal(DkimResult.Fail, verdict.Result);
    }

    [Fact]
    public async Task A_message_with_our_signature_gets_no_second_one_and_another_selector_counts()
    {
        AcceptedMessage first = await AcceptAsync(Message);
        string signed = Encoding.ASCII.GetString(first.Envelope.Trace) + Message;

        Assert.Equal(Trace, Encoding.ASCII.GetString((await AcceptAsync(signed)).Envelope.Trace));
        Assert.Contains(_log.Lines, line => line.Contains("already", StringComparison.Ordinal));

        _settings = Read("DKIMSign = true\nDKIMDomain = d.example\nDKIMSelector = t");
        await File.WriteAllTextAsync(_ctrl.File("dkim_t.pem"), _key.ToPem(), Ct);
        Assert.Equal(2, (await VerifyAsync(await AcceptAsync(signed))).Count);
    }

    [Theory]
    [InlineData("DKIMSign = false\nDKIMDomain = d.example\nDKIMSelector = s", "")]
    [InlineData("DKIMSign = true\nDKIMDomain =\nDKIMSelector = s", "DKIMDomain is blank")]
    [InlineData("DKIMSign = true\nDKIMDomain = d.example\nDKIMSelector = missing", "there is no key")]
    [InlineData("DKIMSign = true\nDKIMDomain = d.example\nDKIMSelector = wrong", "not a private key")]
    public async Task Without_a_key_mail_goes_out_unsigned_and_the_log_says_why_once(string settings, string reason)
    {
        await File.WriteAllTextAsync(_ctrl.File("dkim_wrong.pem"), "nonsense", Ct);
        _settings = Read(settings);

        Assert.Equal(Trace, Encoding.ASCII.GetString((await AcceptAsync(Message)).Envelope.Trace));
        Assert.Equal(Trace, Encoding.ASCII.GetString((await AcceptAsync(Message)).Envelope.Trace));

        if (reason.Length == 0)
            Assert.Empty(_log.Lines);
        else
            Assert.Contains(reason, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_counts_without_a_restart()
    {
        using var other = DkimPrivateKey.CreateRsa();
        await AcceptAsync(Message);
        await File.WriteAllTextAsync(_ctrl.File("dkim_s.pem"), other.ToPem(), Ct);
        _time.Advance(TimeSpan.FromSeconds(6));

        AcceptedMessage accepted = await AcceptAsync(Message);

        Assert.Equal(DkimResult.Pass, Assert.Single(await VerifyAsync(accepted, other)).Result);
    }

    [Fact]
    public async Task A_message_that_is_given_up_is_given_up_below_too()
    {
        ISpooledMessage message = _signing.Begin();
        message.Append("From"u8);
        await message.DisposeAsync();

        Assert.Equal(0, _spool.Open);
    }

    [Fact]
    public async Task What_a_stranger_brings_is_not_signed_whatever_stands_in_From()
    {
        AcceptedMessage accepted = await AcceptAsync("From: joe@d.example\r\n\r\nHello\r\n", isOurs: false);
        Assert.Equal(Trace, Encoding.ASCII.GetString(accepted.Envelope.Trace));
    }

    private async Task<AcceptedMessage> AcceptAsync(string text, int size = 1000, bool isOurs = true)
    {
        await using ISpooledMessage message = _signing.Begin();
        foreach (byte[] piece in Encoding.ASCII.GetBytes(text).Chunk(size))
            message.Append(piece);
        await message.FlushAsync(Ct);
        await message.CommitAsync(
            new SpoolEnvelope(
                null,
                [],
                null,
                "a test",
                Encoding.ASCII.GetBytes(Trace),
                BodyType.SevenBit,
                SmtpUtf8: false,
                EnvelopeNotice.None,
                isOurs
            ),
            Ct
        );
        return _spool.Accepted[^1];
    }

    private async Task<IReadOnlyList<DkimVerdict>> VerifyAsync(AcceptedMessage accepted, DkimPrivateKey? key = null)
    {
        using var message = new DkimMessage();
        message.Append(accepted.Envelope.Trace);
        message.Append(accepted.Content);
        message.Complete();
        var zone = new ZoneResolver(
            $"s._domainkey.d.example TXT {(key ?? _key).Record}",
            $"t._domainkey.d.example TXT {_key.Record}"
        );
        return await new DkimVerifier(zone, _time).VerifyAsync(message, Ct);
    }

    private Settings Read(string mail)
    {
        File.WriteAllText(_ctrl.File("sbbs.ini"), $"[Mail]\nHostName = hub.example\n{mail}\n");
        ConfigurationResult result = ConfigurationReader.Read(_ctrl.Path, ConfigurationEnvironment.OfThisMachine());
        Assert.NotNull(result.Settings);
        return result.Settings;
    }
}
