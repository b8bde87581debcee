using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// <c>sbbs.ini</c>, and behind a line <c>%%</c> <c>packetboat.ini</c>, read with everything that is checked of them. What cannot stand is
/// told in printable lines, and never with a password.
/// </summary>
internal sealed class SettingsTarget : IFuzzTarget
{
    private readonly TemporaryFolder _folder = new();

    public string Name => "settings";

    public string What => "sbbs.ini and packetboat.ini, read and reviewed";

    public IReadOnlyList<string> Words { get; } =
    [
        "\n%%\n",
        "[Mail]\n",
        "[Global]\n",
        "RelayServer=",
        "RelayUsername=",
        "RelayPassword=",
        "Options=",
        "RELAY_TX",
        "RELAY_AUTH_PLAIN",
        " | ",
        "MaxMsgSize=",
        "MaxInactivity=",
        "Interface=",
        "0.0.0.0,::",
        "[::1]:25",
        "HostName=",
        "DNSServer=",
        "[Delivery]\n",
        "DeliveryMode=",
        "[Submission]\n",
        "AuthInClear=",
        "10.0.0.0/8",
        "LogLevel=",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (Includes(input))
            return 0;
        int split = input.IndexOf("\n%%\n"u8);
        File.WriteAllBytes(_folder.File("sbbs.ini"), split < 0 ? input : input[..(split + 1)]);
        File.WriteAllBytes(_folder.File("packetboat.ini"), split < 0 ? [] : input[(split + 4)..]);
        ConfigurationResult read = ConfigurationReader.Read(
            _folder.Path,
            new ConfigurationEnvironment("node.example", "linux", _folder.Path)
        );
        int kind = read.Settings is null ? 1 : 2;
        foreach (Problem problem in read.Problems)
        {
            Check.IsPrintable(problem.ToString(), "a problem");
            kind = HashCode.Combine(kind & 255, problem.Key, problem.Severity);
        }

        if (read.Settings is { } settings)
            Check.That(
                !settings.Mail.RelayPassword.ToString()!.Contains("sesame", StringComparison.Ordinal),
                "a secret shows itself"
            );
        return kind;
    }

    /// <summary>Whether the file would make us read others.</summary>
    public static bool Includes(ReadOnlySpan<byte> input) =>
        Encoding.Latin1.GetString(input).Contains("!include", StringComparison.OrdinalIgnoreCase);
}
