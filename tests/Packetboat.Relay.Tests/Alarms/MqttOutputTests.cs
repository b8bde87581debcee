using System.Net;
using System.Text;
using System.Text.Json;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Mqtt;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Tests.Mqtt;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>What a broker gets.</summary>
public sealed class MqttOutputTests : IAsyncDisposable
{
    private const int Patience = 60_000;
    private const string Mail = "sbbs/MYBBS/host/box/server/mail";

    private readonly AlarmRig _rig = new();
    private FakeBroker _broker = new();
    private MqttSettings? _settings;
    private readonly MqttOutput _output;

    public MqttOutputTests()
    {
        _settings = new MqttSettings("127.0.0.1", _broker.Port, false, "", "", "", new MqttTopics("MYBBS", "box"));
        _output = new MqttOutput(
            () => _settings,
            () => new MqttServerState(["a client"], 10),
            () => "mail.example",
            _rig.Store,
            _rig.Log,
            _rig.Time
        );
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _output.StopAsync(CancellationToken.None);
        _output.Dispose();
        await _broker.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task An_open_alarm_is_retained_under_a_topic_of_its_own_until_it_is_cleared()
    {
        await _rig.RaiseAsync("settings", "a mistake");
        Assert.Equal(AlarmOutput.Tick, await _output.TurnAsync(Ct));
        JsonElement json = JsonDocument.Parse(_broker.Retained()[$"{Mail}/alarm/settings"]).RootElement;
        Assert.Equal("a mistake", json.GetProperty("text").GetString());

        await _rig.Store.ClearAlarmAsync("settings", Ct);
        await _output.TurnAsync(Ct);
        Assert.DoesNotContain($"{Mail}/alarm/settings", _broker.Retained().Keys);
    }

    [Fact(Timeout = Patience)]
    public async Task It_is_a_line_of_the_server_s_log_as_Synchronet_has_it()
    {
        await _rig.RaiseAsync("settings", "a mistake");
        await _rig.RaiseAsync("disk", "it is full");
        await _rig.Store.ClearAlarmAsync("settings", Ct);
        await _output.TurnAsync(Ct);
        Assert.Equal(
            [
                ($"{Mail}/log/4", "!ALARM settings: a mistake", true),
                ($"{Mail}/log/2", "!ALARM disk: it is full", true),
                ($"{Mail}/log/5", "alarm cleared settings", true),
            ],
            _broker.Published.Where(one => one.Topic.Contains("/log/", StringComparison.Ordinal))
        );
    }

    [Fact(Timeout = Patience)]
    public async Task The_broker_knows_how_the_server_is_and_says_it_when_it_is_gone()
    {
        await _output.TurnAsync(Ct);
        await _output.TurnAsync(Ct); // it answers a ping behind what it was told at QoS 0
        Dictionary<string, string> retained = _broker.Retained();
        Assert.Equal(
            ("ready", "1 total\t10 max", "a client"),
            (retained[Mail], retained[$"{Mail}/client"], retained[$"{Mail}/client/list"])
        );
        string connect = Encoding.ASCII.GetString(_broker.Connects.Single());
        Assert.Contains("sbbs-MYBBS-box-mail", connect, StringComparison.Ordinal);
        Assert.Contains(Mail, connect, StringComparison.Ordinal);
        Assert.Contains("DISCONNECTED", connect, StringComparison.Ordinal);

        await _output.StopAsync(Ct);
        while (!_broker.HasGoodbye)
            await Task.Yield();
        Assert.Equal("stopped", _broker.Retained()[Mail]);
    }

    [Fact(Timeout = Patience)]
    public async Task Who_signs_in_who_tries_to_who_guesses_and_what_is_called_spam_is_published()
    {
        var peer = new SmtpPeer(IPAddress.Parse("192.0.2.7"), 4711, ListenerKind.Submission);
        _rig.Log.SignedIn(peer, "MYBBS", "default", "PLAIN", "TLS 1.3");
        _rig.Log.SignInFailed(peer, "some\nbody", "PLAIN", "no such account");
        _rig.Log.Suspected(peer, "some\tbody", new SignInSuspicion(10, IsNews: false));
        _rig.Log.ReportedAsSpam(null, "joe@far.example", "abuse reported by\tFar/1");
        await _output.TurnAsync(Ct);
        Assert.Equal(
            [
                ("sbbs/MYBBS/action/login/smtp", "2026-11-22T12:00:00Z\t0\tMYBBS\t192.0.2.7\t192.0.2.7", true),
                ("sbbs/MYBBS/action/login_fail/smtp", "2026-11-22T12:00:00Z\t0\tsome?body\t192.0.2.7\t192.0.2.7", true),
                (
                    "sbbs/MYBBS/action/hack/smtp",
                    "2026-11-22T12:00:00Z\tsome?body\t4711\t192.0.2.7\t192.0.2.7\t10 failed logins",
                    true
                ),
                (
                    "sbbs/MYBBS/action/spam/reported",
                    "2026-11-22T12:00:00Z\tSMTP\t\t\t\tto: joe@far.example\tabuse reported by?Far/1",
                    false
                ),
            ],
            await UntilAsync("/action/", 4)
        );
        Assert.DoesNotContain(_rig.Lines, line => line.Contains("seems to guess", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task A_name_and_a_password_are_given_and_a_refusal_is_said_in_words()
    {
        File.WriteAllText(_rig.Folder.File("password"), "secret word\n");
        _settings = _settings! with { Username = "packetboat", PasswordFile = _rig.Folder.File("password") };
        _broker.ConnectCode = 4;
        Assert.Equal(AlarmOutput.FirstPause, await _output.TurnAsync(Ct));
        Assert.EndsWith(
            "\0\npacketboat\0\u000bsecret word",
            Encoding.ASCII.GetString(_broker.Connects.Single()),
            StringComparison.Ordinal
        );
        Assert.Contains(_rig.Lines, line => line.Contains("refuses MqttUsername", StringComparison.Ordinal));
        Assert.DoesNotContain(_rig.Lines, line => line.Contains("secret word", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task A_broker_that_comes_back_empty_is_told_of_what_is_open()
    {
        await _rig.RaiseAsync("settings", "a mistake");
        await _output.TurnAsync(Ct);
        await _broker.DisposeAsync();
        Assert.Equal(AlarmOutput.FirstPause, await _output.TurnAsync(Ct));

        _broker = new FakeBroker();
        _settings = _settings! with { Port = _broker.Port };
        Assert.Equal(AlarmOutput.Tick, await _output.TurnAsync(Ct));
        Assert.Contains($"{Mail}/alarm/settings", _broker.Retained().Keys);
    }

    [Fact(Timeout = Patience)]
    public async Task A_broker_that_takes_nothing_has_a_deadline_and_then_gets_it_again()
    {
        _broker.AnswersPublish = false;
        await _rig.RaiseAsync("settings", "a mistake");
        Task<TimeSpan> turn = _output.TurnAsync(Ct);
        while (!turn.IsCompleted)
        {
            if (!_broker.Connects.IsEmpty)
                _rig.Time.Advance(AlarmOutput.Deadline);
            await Task.Yield();
        }

        Assert.Equal(AlarmOutput.FirstPause, await turn);
        _broker.AnswersPublish = true;
        Assert.Equal(AlarmOutput.Tick, await _output.TurnAsync(Ct));
        Assert.Contains($"{Mail}/alarm/settings", _broker.Retained().Keys);
    }

    private async Task<List<(string, string, bool)>> UntilAsync(string part, int count)
    {
        while (true)
        {
            List<(string Topic, string, bool)> got =
            [
                .. _broker.Published.Where(one => one.Topic.Contains(part, StringComparison.Ordinal)),
            ];
            if (got.Count >= count)
                return got;
            await Task.Yield();
        }
    }
}
