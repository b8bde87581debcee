using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Packetboat.Relay.Alarms;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>What a receiver of alarms gets, and what his failures cost.</summary>
public sealed class WebhookOutputTests : IAsyncDisposable
{
    private const int Patience = 60_000;

    private readonly AlarmRig _rig = new();
    private readonly FakeReceiver _receiver = new();
    private WebhookSettings? _settings;
    private WebhookOutput _webhook;

    public WebhookOutputTests() => (_settings, _webhook) = (new WebhookSettings(_receiver.Address, ""), NewOutput());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _webhook.Dispose();
        await _receiver.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Each_raise_and_each_clear_is_posted_once_with_all_that_is_known()
    {
        await _rig.RaiseAsync("settings", "a mistake");
        await _rig.Store.ClearAlarmAsync("settings", Ct);
        await _webhook.TurnAsync(Ct);
        await _webhook.TurnAsync(Ct);

        JsonElement[] got = [.. _receiver.Got.Select(request => JsonDocument.Parse(request.Body).RootElement)];
        Assert.Equal(["raised", "cleared"], got.Select(json => json.GetProperty("event").GetString()));
        Assert.Equal(
            ["mail.example", "settings", "settings", "warning", "a mistake"],
            new[] { "host", "key", "kind", "severity", "text" }.Select(name => got[0].GetProperty(name).GetString())
        );
        Assert.Contains("config check", got[0].GetProperty("remedy").GetString()!, StringComparison.Ordinal);
        Assert.StartsWith("POST /secret-path HTTP/1.1", _receiver.Got.First().Header, StringComparison.Ordinal);
        Assert.Equal(
            got[0].GetProperty("id").GetString(),
            FakeReceiver.FieldOf(_receiver.Got.First().Header, "Packetboat-Event")
        );
    }

    /// <summary>As the guide tells receivers to do it.</summary>
    [Fact(Timeout = Patience)]
    public async Task The_signature_is_what_a_receiver_computes_from_body_time_and_secret()
    {
        File.WriteAllText(_rig.Folder.File("secret"), "a shared secret\n");
        _settings = _settings! with { SecretFile = _rig.Folder.File("secret") };
        await _rig.RaiseAsync("settings");
        await _webhook.TurnAsync(Ct);

        (string header, byte[] body) = _receiver.Got.Single();
        string[] parts = FakeReceiver.FieldOf(header, WebhookSignature.Header).Split(',');
        string seconds = _rig.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Assert.Equal($"t={seconds}", parts[0]);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{seconds}."), .. body];
        Assert.Equal($"v1={Convert.ToHexStringLower(HMACSHA256.HashData("a shared secret"u8, signed))}", parts[1]);
    }

    [Fact(Timeout = Patience)]
    public async Task Without_its_secret_nothing_is_sent()
    {
        _settings = _settings! with { SecretFile = _rig.Folder.File("not there") };
        await _rig.RaiseAsync("settings");
        Assert.Equal(AlarmOutput.FirstPause, await _webhook.TurnAsync(Ct));
        Assert.Empty(_receiver.Got);
        Assert.Contains(_rig.Lines, line => line.Contains("WebhookSecretFile cannot be read", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task A_receiver_that_fails_is_tried_less_and_less_often_and_gets_the_same_id_again()
    {
        _receiver.Answer = () => "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
        await _rig.RaiseAsync("settings");
        TimeSpan[] pauses = [.. await PausesAsync(12)];
        Assert.Equal([10, 20, 40, 80], pauses.Take(4).Select(pause => pause.TotalSeconds));
        Assert.Equal(AlarmOutput.LongestPause, pauses[^1]);

        _webhook.Dispose();
        _webhook = NewOutput(); // as after a restart
        _receiver.Answer = () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        Assert.Equal(AlarmOutput.Tick, await _webhook.TurnAsync(Ct));
        Assert.Single(_receiver.Got.Select(request => FakeReceiver.FieldOf(request.Header, "Packetboat-Event")).Distinct());
        Assert.Single(_rig.Lines, line => line.Contains("127.0.0.1 answers 500", StringComparison.Ordinal));
        Assert.DoesNotContain(_rig.Lines, line => line.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task A_redirect_is_followed_nowhere()
    {
        _receiver.Answer = () => $"HTTP/1.1 307 There\r\nLocation: {_receiver.Address}\r\nContent-Length: 0\r\n\r\n";
        await _rig.RaiseAsync("settings");
        Assert.Equal(AlarmOutput.FirstPause, await _webhook.TurnAsync(Ct));
        Assert.Single(_receiver.Got);
    }

    [Fact(Timeout = Patience)]
    public async Task A_receiver_that_says_nothing_has_a_deadline()
    {
        _receiver.Answer = () => null;
        await _rig.RaiseAsync("settings");
        Task<TimeSpan> turn = _webhook.TurnAsync(Ct);
        while (!turn.IsCompleted)
        {
            if (!_receiver.Got.IsEmpty)
                _rig.Time.Advance(AlarmOutput.Deadline);
            await Task.Yield();
        }

        Assert.Equal(AlarmOutput.FirstPause, await turn);
        Assert.Contains(_rig.Lines, line => line.Contains("no answer within 15 seconds", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_is_away_for_long_is_an_alarm_until_it_is_back()
    {
        _receiver.Answer = () => "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n";
        await _rig.RaiseAsync("settings");
        await _webhook.TurnAsync(Ct);
        Assert.DoesNotContain("output:webhook", await _rig.OpenAsync());
        _rig.Time.Advance(AlarmOutput.Troubled);
        await _webhook.TurnAsync(Ct);
        Assert.Contains("output:webhook", await _rig.OpenAsync());

        _receiver.Answer = () => "HTTP/1.1 204 Fine\r\n\r\n";
        await _webhook.TurnAsync(Ct);
        Assert.DoesNotContain("output:webhook", await _rig.OpenAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task Switched_on_it_tells_of_what_happens_from_then_on()
    {
        (WebhookSettings? on, _settings) = (_settings, null);
        await _rig.RaiseAsync("settings");
        await _webhook.TurnAsync(Ct);
        _settings = on;
        await _rig.RaiseAsync("disk");
        await _webhook.TurnAsync(Ct);
        Assert.Contains("\"disk\"", Encoding.UTF8.GetString(Assert.Single(_receiver.Got).Body), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_receiver_with_another_time_makes_the_clock_an_alarm()
    {
        DateTimeOffset theirs = _rig.Time.GetUtcNow().AddMinutes(20);
        _receiver.Answer = () => $"HTTP/1.1 204 Fine\r\nDate: {theirs:R}\r\n\r\n";
        await _rig.RaiseAsync("settings");
        await _webhook.TurnAsync(Ct);
        const string Key = "clock:the web server 127.0.0.1";
        Assert.StartsWith("our clock is 20 minutes behind", await _rig.TextAsync(Key), StringComparison.Ordinal);

        theirs = _rig.Time.GetUtcNow().AddMinutes(3);
        await _rig.RaiseAsync("memory");
        await _webhook.TurnAsync(Ct);
        Assert.NotNull(await _rig.TextAsync(Key));
        theirs = _rig.Time.GetUtcNow();
        await _rig.RaiseAsync("disk");
        await _webhook.TurnAsync(Ct);
        Assert.Null(await _rig.TextAsync(Key));
    }

    /// <summary>The loop itself: news are told without waiting for the clock.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_new_alarm_is_told_of_at_once()
    {
        await _webhook.StartAsync(Ct);
        await _rig.RaiseAsync("settings");
        while (_receiver.Got.IsEmpty)
            await Task.Yield();
        await _webhook.StopAsync(Ct);
    }

    [Theory]
    [InlineData("https://alarms.example.net/x", null)]
    [InlineData("http://127.0.0.1:8080/x", null)]
    [InlineData("http://[::1]/x", null)]
    [InlineData("http://alarms.example.net/x", "http is for this machine only")]
    [InlineData("https://me:secret@alarms.example.net/", "a name and password in an address are not sent")]
    [InlineData("ftp://alarms.example.net/", "no address of a web server")]
    [InlineData("alarms", "no address of a web server")]
    public void An_address_must_keep_what_it_is_told(string address, string? fault) =>
        Assert.Equal(fault, WebhookSettings.FaultOf(address));

    private async Task<List<TimeSpan>> PausesAsync(int turns)
    {
        var pauses = new List<TimeSpan>();
        for (int i = 0; i < turns; i++)
            pauses.Add(await _webhook.TurnAsync(Ct));
        return pauses;
    }

    private WebhookOutput NewOutput() =>
        new(
            () => _settings,
            () => "mail.example",
            _rig.Store,
            new ClockComparison(_rig.Store, _rig.Log, _rig.Time),
            _rig.Log,
            _rig.Time
        );
}
