using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.SmtpClient;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.SmtpClient;

public sealed class SmtpClientSessionTests
{
    private const int Patience = 30_000;

    private static readonly SmtpTransaction Transaction = new()
    {
        Sender = MailAddress.Parse("a@b.example"),
        Recipients = [new SmtpRecipient(MailAddress.Parse("c@d.example"))],
    };

    private readonly FakeTimeProvider _time = new();
    private readonly DuplexStream _server;
    private readonly SmtpClientSession _session;

    public SmtpClientSessionTests()
    {
        (DuplexStream client, _server) = DuplexStream.CreatePair();
        _session = new SmtpClientSession(client, SmtpClientTimeouts.Default, _time);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task The_greeting_may_take_just_under_five_minutes()
    {
        Task<SmtpOutcome> greeting = _session.GreetAsync(Ct).AsTask();
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        await SayAsync("220 late\r\n");

        Assert.True((await greeting).IsAccepted);
    }

    [Fact(Timeout = Patience)]
    public async Task A_greeting_that_takes_five_minutes_is_too_late()
    {
        Task<SmtpOutcome> greeting = _session.GreetAsync(Ct).AsTask();
        _time.Advance(TimeSpan.FromMinutes(5));

        var fault = await Assert.ThrowsAsync<SmtpProtocolException>(() => greeting);
        Assert.Equal(SmtpFault.TimedOut, fault.Fault);
        Assert.False(_session.IsUsable);
    }

    [Fact(Timeout = Patience)]
    public async Task An_idle_connection_has_no_deadline()
    {
        await SayAsync("220 mx\r\n");
        await _session.GreetAsync(Ct);
        _time.Advance(TimeSpan.FromDays(1));
        await SayAsync("250 mx\r\n");

        Assert.True((await _session.HelloAsync("node.example", extensionsNeeded: true, Ct)).IsAccepted);
    }

    [Fact(Timeout = Patience)]
    public async Task No_reply_to_the_final_dot_in_ten_minutes_leaves_it_open_what_became_of_the_message()
    {
        await SayAsync("250 sender\r\n250 recipient\r\n354 go\r\n");
        Task<TransactionOutcome> sending = _session.SendAsync(Transaction, new BufferedContent("x\r\n"u8.ToArray()), Ct).AsTask();
        await HearAsync("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nx\r\n.\r\n");
        _time.Advance(TimeSpan.FromMinutes(10));

        TransactionOutcome outcome = await sending;
        Assert.Equal(SmtpVerdict.Unknown, outcome.Message!.Verdict);
        Assert.Equal(SmtpVerdict.Unknown, outcome.Recipients[0].Outcome.Verdict);
        Assert.False(outcome.ConnectionSurvives);
    }

    [Fact(Timeout = Patience)]
    public async Task What_follows_the_220_to_STARTTLS_in_the_clear_is_an_attack()
    {
        await SayAsync("220 go ahead\r\n250 injected\r\n");

        var fault = await Assert.ThrowsAsync<SmtpProtocolException>(() => _session.StartTlsAsync(Trusting, Ct).AsTask());
        Assert.Equal(SmtpFault.ResponseInjection, fault.Fault);
        Assert.False(_session.IsUsable);
    }

    [Fact(Timeout = Patience)]
    public async Task A_refused_STARTTLS_leaves_the_connection_as_it_was()
    {
        await SayAsync("454 4.7.0 not now\r\n");

        Assert.Equal(SmtpVerdict.Temporary, (await _session.StartTlsAsync(Trusting, Ct)).Verdict);
        Assert.True(_session.IsUsable);
        Assert.Null(_session.Tls);
    }

    [Fact(Timeout = Patience)]
    public async Task Clear_text_instead_of_a_handshake_is_a_fault_and_nothing_is_sent_in_the_clear()
    {
        await SayAsync("220 go ahead\r\n");
        Task<SmtpOutcome> upgrading = _session.StartTlsAsync(Trusting, Ct).AsTask();
        await HearAsync("STARTTLS\r\n\u0016");
        await SayAsync("this is not a handshake\r\n");
        await _server.DisposeAsync();

        await Assert.ThrowsAsync<SmtpProtocolException>(() => upgrading);
        Assert.False(_session.IsUsable);
    }

    [Fact(Timeout = Patience)]
    public async Task Under_TLS_the_peer_is_asked_again_what_it_offers()
    {
        await SayAsync("250-mx\r\n250 PIPELINING\r\n");
        await _session.HelloAsync("node.example", extensionsNeeded: true, Ct);
        await HearAsync("EHLO node.example\r\n");
        Assert.True(_session.Extensions.Pipelining);

        Task<SmtpOutcome> upgrading = _session.StartTlsAsync(Trusting, Ct).AsTask();
        await HearAsync("STARTTLS\r\n");
        await SayAsync("220 go ahead\r\n");
        await using SslStream tls = await AcceptTlsAsync();
        Assert.Equal("EHLO node.example\r\n", await ReadAsync(tls));
        await tls.WriteAsync("250-mx\r\n250 DSN\r\n"u8.ToArray(), Ct);

        Assert.True((await upgrading).IsAccepted);
        Assert.True(_session.Extensions is { Pipelining: false, Dsn: true });
        Assert.NotNull(_session.Tls);
    }

    [Fact(Timeout = Patience)]
    public async Task A_store_that_fails_in_the_middle_never_gets_a_final_dot()
    {
        await SayAsync("250 sender\r\n250 recipient\r\n354 go\r\n");

        await Assert.ThrowsAsync<IOException>(() => _session.SendAsync(Transaction, new BrokenContent(), Ct).AsTask());
        Assert.False(_session.IsUsable);
        await _session.DisposeAsync();
        Assert.DoesNotContain("\r\n.\r\n", await ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_caller_that_gives_up_gets_a_cancellation_and_the_connection_is_dead()
    {
        using var giveUp = new CancellationTokenSource();
        Task<SmtpOutcome> greeting = _session.GreetAsync(giveUp.Token).AsTask();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => greeting);
        Assert.False(_session.IsUsable);
    }

    [Fact(Timeout = Patience)]
    public async Task A_mechanism_that_wants_proof_of_the_server_does_not_take_235_for_it()
    {
        await SayAsync("235 welcome\r\n");
        SmtpOutcome outcome = await _session.AuthenticateAsync(new Mutual(), "", Ct);

        Assert.Equal((SmtpVerdict.Permanent, false), (outcome.Verdict, outcome.FromPeer));
        Assert.False(_session.IsUsable);
        await HearAsync("AUTH MUTUAL =\r\n");
    }

    [Fact(Timeout = Patience)]
    public async Task Many_recipients_are_asked_about_in_groups_so_that_neither_side_waits_for_the_other()
    {
        await SayAsync("250-mx\r\n250 PIPELINING\r\n");
        await _session.HelloAsync("node.example", extensionsNeeded: true, Ct);
        await HearAsync("EHLO node.example\r\n");
        SmtpRecipient[] recipients =
        [
            .. Enumerable.Range(0, 60).Select(i => new SmtpRecipient(MailAddress.Parse($"r{i}@d.example"))),
        ];
        Task<TransactionOutcome> sending = _session
            .SendAsync(Transaction with { Recipients = recipients }, new BufferedContent("x\r\n"u8.ToArray()), Ct)
            .AsTask();

        string first = await ReadAsync(_server);
        Assert.Equal(50, first.Count(c => c == '\n'));
        await SayAsync(string.Concat(Enumerable.Repeat("250 ok\r\n", 50)));
        string second = await ReadAsync(_server);
        Assert.EndsWith("RCPT TO:<r59@d.example>\r\nDATA\r\n", second, StringComparison.Ordinal);
        await SayAsync(string.Concat(Enumerable.Repeat("250 ok\r\n", 11)) + "354 go\r\n");
        await HearAsync("x\r\n.\r\n");
        await SayAsync("250 taken\r\n");

        Assert.All((await sending).Recipients, recipient => Assert.True(recipient.Outcome.IsAccepted));
    }

    [Theory(Timeout = Patience)]
    [InlineData(10)]
    [InlineData(70_000)]
    public async Task Content_of_any_chunk_size_arrives_as_it_was(int chunkSize)
    {
        byte[] content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $".{i} a line\r\n")));
        await SayAsync("250 sender\r\n250 recipient\r\n354 go\r\n");
        Task<TransactionOutcome> sending = _session.SendAsync(Transaction, new ChunkedContent(content, chunkSize), Ct).AsTask();
        string wire = "";
        while (!wire.EndsWith("\r\n.\r\n", StringComparison.Ordinal))
            wire += await ReadAsync(_server);
        await SayAsync("250 taken\r\n");

        Assert.True((await sending).Message!.IsAccepted);
        Assert.EndsWith(
            Encoding.ASCII.GetString(content).Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\n",
            wire,
            StringComparison.Ordinal
        );
    }

    [Theory(Timeout = Patience)]
    [InlineData("552 5.3.4 too big\r\n", 100_000, SmtpVerdict.Permanent)]
    [InlineData("552 5.3.4 too big\r\n", 10, SmtpVerdict.Permanent)]
    [InlineData("", 100_000, SmtpVerdict.Temporary)]
    [InlineData("", 10, SmtpVerdict.Unknown)]
    public async Task When_a_write_fails_the_last_words_count_or_else_whether_the_final_dot_was_in_it(
        string lastWords,
        int size,
        SmtpVerdict expected
    )
    {
        byte[] replies = Encoding.ASCII.GetBytes("250 sender\r\n250 recipient\r\n354 go\r\n" + lastWords);
        await using var session = new SmtpClientSession(new ClosingStream(replies, writes: 3), SmtpClientTimeouts.Default, _time);
        TransactionOutcome outcome = await session.SendAsync(
            Transaction,
            new BufferedContent(Encoding.ASCII.GetBytes(new string('x', size))),
            Ct
        );

        Assert.Equal((expected, SmtpStage.Content), (outcome.Message!.Verdict, outcome.Message.Stage));
        Assert.False(outcome.ConnectionSurvives);
    }

    [Fact]
    public async Task A_name_that_would_end_the_line_is_a_bug_of_the_caller() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _session.HelloAsync("a\r\nMAIL", extensionsNeeded: false, Ct).AsTask());

    private static SslClientAuthenticationOptions Trusting =>
        new()
        {
            TargetHost = "mx.example",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=mx.example",
        };

    private ValueTask SayAsync(string text) => _server.WriteAsync(Encoding.ASCII.GetBytes(text), Ct);

    /// <summary>Waits until the client has said this.</summary>
    private async Task HearAsync(string expected)
    {
        byte[] heard = new byte[expected.Length];
        await _server.ReadExactlyAsync(heard, Ct);
        Assert.Equal(expected, Encoding.Latin1.GetString(heard));
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        byte[] buffer = new byte[128 * 1024];
        return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Ct));
    }

    private async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(_server, Encoding.ASCII);
        return await reader.ReadToEndAsync(Ct);
    }

    private async Task<SslStream> AcceptTlsAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=mx.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(200)
        );
        var tls = new SslStream(_server);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Ct);
        return tls;
    }

    /// <summary>A peer that takes so many writes and then resets the connection.</summary>
    private sealed class ClosingStream(byte[] replies, int writes) : MemoryStream(replies)
    {
        private int _left = writes;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? ValueTask.CompletedTask : throw new IOException("connection reset by peer");
    }

    private sealed class BrokenContent : IMessageContent
    {
        public long Size => 1000;

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
        {
            yield return "half a mess\r\n"u8.ToArray();
            await Task.CompletedTask;
            throw new IOException("the disk is gone");
        }
    }

    private sealed class ChunkedContent(byte[] bytes, int chunkSize) : IMessageContent
    {
        public long Size => bytes.Length;

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
        {
            for (int at = 0; at < bytes.Length; at += chunkSize)
                yield return bytes.AsMemory(at, Math.Min(chunkSize, bytes.Length - at));
            await Task.CompletedTask;
        }
    }

    private sealed class Mutual : SaslClientExchange
    {
        public override string Mechanism => "MUTUAL";

        public override ReadOnlyMemory<byte>? InitialResponse() => ReadOnlyMemory<byte>.Empty;

        private protected override SaslClientStep Answer(ReadOnlySpan<byte> challenge) => Unexpected();
    }
}
