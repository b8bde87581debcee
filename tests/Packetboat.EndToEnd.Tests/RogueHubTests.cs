using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Admin.Enrolment;
using Packetboat.Relay.Hub;
using Packetboat.Testing;

namespace Packetboat.EndToEnd.Tests;

/// <summary>What answers need not be a hub.</summary>
public sealed class RogueHubTests
{
    private const string Good =
        """{"account":"MYBBS","password":"aaaaa-bbbbb","server":"hub.example","port":587,"mechanism":"PLAIN","sender":"mybbs@hub.example","records":[]}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("220 mail.example ESMTP\r\n", "cannot be reached")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
        "does not answer like a hub (HTTP 200, no JSON)"
    )]
    [InlineData(
        "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n",
        "sends us on to https://evil.example/"
    )]
    public async Task Rubbish_is_no_hub(string answer, string reason) =>
        Assert.Contains(reason, await RefusalAsync(answer), StringComparison.Ordinal);

    [Theory(Timeout = 30_000)]
    [InlineData("", "does not answer like a hub")]
    [InlineData("[]", "does not answer like a hub")]
    [InlineData("null", "it says nothing")]
    [InlineData("{}", "its answer cannot be used: account")]
    public async Task Json_that_is_none_or_says_nothing_is_no_answer(string json, string reason) =>
        Assert.Contains(reason, await RefusalAsync(RogueHub.Json(json)), StringComparison.Ordinal);

    [Theory(Timeout = 30_000)]
    [InlineData("MYBBS", "../../etc", "account")]
    [InlineData("hub.example", "hub.example\\n!include /etc/passwd", "server")]
    [InlineData("hub.example", "hub.example:25", "server")]
    [InlineData("587", "0", "port")]
    [InlineData("587", "70000", "port")]
    [InlineData("PLAIN", "NTLM", "mechanism")]
    [InlineData("aaaaa-bbbbb", "x\\nOptions = ALLOW_RELAY", "password")]
    [InlineData("aaaaa-bbbbb", "short", "password")]
    public async Task Nothing_that_could_harm_the_settings_is_taken(string good, string bad, string about) =>
        Assert.Contains(
            $"its answer cannot be used: {(about == "password" ? "the " : about == "mechanism" ? "the " : "")}{about}",
            await RefusalAsync(RogueHub.Json(Good.Replace(good, bad, StringComparison.Ordinal))),
            StringComparison.Ordinal
        );

    [Fact(Timeout = 30_000)]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using var hub = new RogueHub(
            async (stream, ct) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8.ToArray(), ct);
                while (true)
                    await stream.WriteAsync(new byte[16 * 1024], ct);
            }
        );

        Assert.Contains("answers more than 128 KiB", await RefusalAsync(hub, TimeProvider.System), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_header_without_end_is_cut_off()
    {
        await using var hub = new RogueHub(
            async (stream, ct) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), ct);
                while (true)
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"X: {new string('x', 1000)}\r\n"), ct);
            }
        );

        Assert.Contains("cannot be reached", await RefusalAsync(hub, TimeProvider.System), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_trickles_is_not_waited_for()
    {
        var time = new FakeTimeProvider();
        await using var hub = new RogueHub(
            async (stream, ct) =>
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"u8.ToArray(), ct);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
            }
        );
        Task<string> refusal = RefusalAsync(hub, time);
        await hub.Asked;

        time.Advance(EnrolmentClient.Patience + TimeSpan.FromSeconds(1));

        Assert.Contains("has not answered within 30 seconds", await refusal, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_certificate_that_nobody_vouches_for_gets_no_code_and_says_its_fingerprint()
    {
        await using var hub = new RogueHub(RogueHub.Json(Good));
        using var client = new EnrolmentClient(hub.Url, pin: null, TimeProvider.System);

        Refusal refusal = (await client.JoinAsync(Request, Ct)).Refusal!;

        Assert.Contains("is not verified", refusal.Reason, StringComparison.Ordinal);
        Assert.Contains(TestCertificate.Fingerprint, refusal.Reason, StringComparison.Ordinal);
        Assert.Contains("--pin", refusal.Remedy, StringComparison.Ordinal);
        Assert.False(hub.Asked.IsCompleted);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pin_of_another_certificate_is_refused()
    {
        await using var hub = new RogueHub(RogueHub.Json(Good));
        Assert.True(HubPin.TryParse(new string('a', 64), out HubPin? pin));
        using var client = new EnrolmentClient(hub.Url, pin, TimeProvider.System);

        Assert.Contains(
            "is not the one of --pin",
            (await client.JoinAsync(Request, Ct)).Refusal!.Reason,
            StringComparison.Ordinal
        );
        Assert.False(hub.Asked.IsCompleted);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pin_of_the_key_does_as_well()
    {
        await using var hub = new RogueHub(RogueHub.Json(Good));
        Assert.True(HubPin.TryParse(TestCertificate.KeyPin, out HubPin? pin));
        using var client = new EnrolmentClient(hub.Url, pin, TimeProvider.System);

        Assert.Equal("MYBBS", (await client.JoinAsync(Request, Ct)).Value!.Account);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", client.PinnedCertificate, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://hub.example", "http shows the code")]
    [InlineData("hub.example", "not the https address")]
    [InlineData("https://user:pass@hub.example", "not the https address")]
    [InlineData("https://hub.example/elsewhere", "not the https address")]
    [InlineData("ftp://hub.example", "not the https address")]
    public void An_address_that_is_none_is_said(string text, string reason)
    {
        Assert.False(EnrolmentClient.TryAddress(text, out _, out Refusal? refusal));
        Assert.Contains(reason, refusal!.ToString(), StringComparison.Ordinal);
    }

    private static JoinRequest Request => new() { Code = InvitationCode.Generate().Text, Key = new string('k', 43) };

    private static async Task<string> RefusalAsync(string answer)
    {
        await using var hub = new RogueHub(answer);
        return await RefusalAsync(hub, TimeProvider.System);
    }

    private static async Task<string> RefusalAsync(RogueHub hub, TimeProvider time)
    {
        Assert.True(HubPin.TryParse(TestCertificate.Fingerprint, out HubPin? pin));
        using var client = new EnrolmentClient(hub.Url, pin, time);
        return (await client.JoinAsync(Request, Ct)).Refusal!.ToString();
    }
}
