using System.Text;

namespace Packetboat.Relay.Mqtt;

/// <summary>
/// The topics, as Synchronet's mail server has them with MQTT 3.1.1: <c>sbbs/ID/host/HOST/server/mail/...</c> for the server, and
/// <c>sbbs/ID/action/...</c> for what clients did.
/// </summary>
/// <param name="SystemId">The BBS ID.</param>
/// <param name="Host">Name of the machine.</param>
public sealed record MqttTopics(string SystemId, string Host)
{
    /// <summary>The state of the server, and our will.</summary>
    public string Server => $"sbbs/{Level(SystemId)}/host/{Level(Host)}/server/mail";

    /// <summary>How many clients there are.</summary>
    public string Clients => $"{Server}/client";

    /// <summary>A line for each of them.</summary>
    public string ClientList => $"{Server}/client/list";

    /// <summary>Somebody signed in.</summary>
    public string Login => $"sbbs/{Level(SystemId)}/action/login/smtp";

    /// <summary>Somebody tried to.</summary>
    public string LoginFailed => $"sbbs/{Level(SystemId)}/action/login_fail/smtp";

    /// <summary>Somebody tried so often that it looks like guessing.</summary>
    public string Hack => $"sbbs/{Level(SystemId)}/action/hack/smtp";

    /// <summary>
    /// A receiver reported mail as spam. Synchronet has what its filters did there instead: <c>refused</c>, <c>ignored</c>, <c>tagged</c>.
    /// </summary>
    public string Spam => $"sbbs/{Level(SystemId)}/action/spam/reported";

    /// <summary>Lines of all levels.</summary>
    public string WholeLog => $"{Server}/log";

    /// <param name="level">Of syslog: 2 critical, 4 warning, 5 notice.</param>
    public string Log(int level) => $"{WholeLog}/{level}";

    /// <summary>Retained while the alarm is open. Synchronet has none of these.</summary>
    public string Alarm(string key) => $"{Server}/alarm/{Level(key)}";

    /// <summary>One level of a topic: no separator, no wildcard (MQTT 3.1.1 §4.7), and, as with Synchronet, no blank.</summary>
    private static string Level(string text)
    {
        var level = new StringBuilder(text.Length);
        foreach (char c in Protocol.PrintableText.Of(text, 200))
            level.Append(c is ' ' or '/' or '+' or '#' ? '_' : c);
        return level.ToString();
    }
}
