using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class RelayLinesTests : IDisposable
{
    private const string Before =
        "; The BBS of Sam, since 1994 \u00E9\r\n[Global]\r\n\tInterface = 127.0.0.1\r\n\r\n[Mail]\tSMTP server\r\n"
        + "\t; what we run\r\n\tOptions = ALLOW_POP3|USE_SUBMISSION_PORT | RELAY_AUTH_LOGIN\r\n\tHostName = bbs.example.org\r\n"
        + "\tRelayPort = 25\r\n\tMyOwnKey = kept\r\n\r\n[Web]\r\n\tRelayServer = not mine\r\n";

    private static readonly JoinAnswer Answer = new(
        "MYBBS",
        "aaaaa-bbbbb-ccccc-ddddd",
        "hub.example",
        587,
        "PLAIN",
        "mybbs@hub.example",
        []
    );

    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 14, 3, 5, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_five_keys_are_written_and_every_other_octet_stays()
    {
        _folder.With("sbbs.ini", Before);

        Assert.Null(Write().Refusal);

        Assert.Equal(
            Before
                .Replace(
                    "ALLOW_POP3|USE_SUBMISSION_PORT | RELAY_AUTH_LOGIN",
                    "ALLOW_POP3 | RELAY_TX | USE_SUBMISSION_PORT | RELAY_AUTH_PLAIN",
                    StringComparison.Ordinal
                )
                .Replace("RelayPort = 25", "RelayPort = 587", StringComparison.Ordinal)
                .Replace(
                    "\tMyOwnKey = kept\r\n",
                    "\tMyOwnKey = kept\r\n\tRelayServer = hub.example\r\n\tRelayUsername = MYBBS\r\n\tRelayPassword = aaaaa-bbbbb-ccccc-ddddd\r\n",
                    StringComparison.Ordinal
                ),
            Content("sbbs.ini")
        );
        RelaySettings relay = _folder.Read().Settings!.Relay!;
        Assert.Equal(
            ("hub.example", 587, "MYBBS", RelayMechanism.Plain),
            (relay.Server, relay.Port, relay.Username, relay.Mechanism)
        );
        Assert.Equal("aaaaa-bbbbb-ccccc-ddddd", relay.Password.RevealValue());
    }

    [Fact]
    public void The_old_file_is_kept_and_only_its_owner_may_read_it()
    {
        _folder.With("sbbs.ini", Before);

        WrittenFile written = Assert.Single(Write().Written);

        Assert.Equal(Path.Combine(_folder.Ctrl, "sbbs.ini.20261125-140305.bak"), written.Backup);
        Assert.Equal(Before, Content("sbbs.ini.20261125-140305.bak"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(written.Backup!));
            Assert.Equal(
                UnixFileMode.None,
                File.GetUnixFileMode(written.Path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)
            );
        }

        Assert.Empty(Directory.GetFiles(_folder.Ctrl, "*.new"));
    }

    [Fact]
    public void Nothing_is_written_twice()
    {
        _folder.With("sbbs.ini", Before);
        Write();

        Assert.Empty(Write().Written);
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        _folder.With("real/sbbs.txt", Before);
        File.CreateSymbolicLink(Path.Combine(_folder.Ctrl, "sbbs.ini"), Path.Combine(_folder.Ctrl, "real", "sbbs.txt"));

        Write();

        Assert.NotNull(new FileInfo(Path.Combine(_folder.Ctrl, "sbbs.ini")).LinkTarget);
        Assert.Contains("RelayServer = hub.example", Content("real/sbbs.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_contradict_the_hubs_lines_are_said_and_nothing_is_written()
    {
        _folder.With("sbbs.ini", Before).With("packetboat.ini", "[Delivery]\nDeliveryMode = Direct\n");

        Refusal refusal = Write().Refusal!;

        Assert.Contains("DeliveryMode", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(Before, Content("sbbs.ini"));
        Assert.Empty(Directory.GetFiles(_folder.Ctrl, "*.bak"));
    }

    [Theory]
    [InlineData("RelayServer = other.example", "RelayServer")]
    [InlineData("RelayPassword = other", "RelayPassword")]
    [InlineData("Options = ALLOW_POP3", "Options")]
    public void A_key_that_an_included_file_decides_about_is_named(string included, string key)
    {
        string more = Path.Combine(_folder.Ctrl, "more.inc");
        _folder.With("sbbs.ini", $"[Mail]\n!include {more}\nHostName = bbs.example.org\n").With("more.inc", included + "\n");

        Refusal refusal = Write().Refusal!;

        Assert.Equal(key, refusal.Value);
        Assert.Contains("more.inc:1", refusal.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hub.example", Content("sbbs.ini"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_nobody_vouches_for_is_named_in_packetboat_ini()
    {
        _folder.With("sbbs.ini", Before).With("packetboat.ini", "; mine\n[Trace]\nTraceRetention = 1d\n");

        (IReadOnlyList<WrittenFile> written, Refusal? refusal) = Write(
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"
        );

        Assert.Null(refusal);
        Assert.Equal(["relay.pem", "packetboat.ini", "sbbs.ini"], written.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal(
            "; mine\n[Trace]\nTraceRetention = 1d\n\n[Relay]\n\tRelayCertificateFile = relay.pem\n",
            Content("packetboat.ini")
        );
        Assert.Equal(Path.Combine(_folder.Ctrl, "relay.pem"), _folder.Read().Settings!.Packetboat.RelayCertificateFile);
    }

    [Fact]
    public void A_certificate_is_added_to_those_that_are_trusted_already()
    {
        _folder
            .With("sbbs.ini", Before)
            .With("old.pem", "OLD\n")
            .With("packetboat.ini", "[Relay]\nRelayCertificateFile = old.pem\n");

        Write("NEW");
        Write("NEW");

        Assert.Equal("OLD\nNEW\n", Content("old.pem"));
    }

    private (IReadOnlyList<WrittenFile> Written, Refusal? Refusal) Write(string? certificate = null) =>
        new RelayLines(_folder.Ctrl, new ConfigurationEnvironment("box.example.net", "linux", _folder.Root)).Write(
            Answer,
            certificate,
            _time
        );

    private string Content(string name) => Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(_folder.Ctrl, name)));
}
