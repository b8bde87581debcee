using System.Net;
using System.Text;
using System.Text.Json;
using Packetboat.Commands;
using Packetboat.Demo;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Doctor;
using Packetboat.Relay.Signing;

namespace Packetboat.Tests.Commands;

/// <summary>The verbs' status, which is what scripts look at; the words are compared with other programs in <c>tests/interop</c>.</summary>
[Collection(nameof(OneConsole))]
public sealed class CheckCommandTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pb-").FullName;
    private readonly ZoneServer _dns;
    private readonly DkimPrivateKey _key = DkimPrivateKey.CreateEd25519();

    public CheckCommandTests() =>
        _dns = new ZoneServer(
            new Dictionary<string, ZoneRecord[]>(StringComparer.Ordinal)
            {
                ["d.example"] = [ZoneRecord.Text("v=spf1 ip4:192.0.2.1 -all")],
                ["_dmarc.d.example"] = [ZoneRecord.Text("v=DMARC1; p=reject")],
                ["s._domainkey.d.example"] = [ZoneRecord.Text(_key.Record)],
                // Delegated: the hub keeps the record in its own zone.
                ["h._domainkey.d.example"] = [ZoneRecord.Alias("d-example.dkim.hub.example")],
                ["d-example.dkim.hub.example"] = [ZoneRecord.Alias("key1.dkim.hub.example")],
                ["key1.dkim.hub.example"] = [ZoneRecord.Text(_key.Record)],
                ["mail.example"] = [ZoneRecord.Mx(10, "mx.mail.example")],
                ["mx.mail.example"] = [ZoneRecord.Address(IPAddress.Parse("192.0.2.1"))],
                ["null.example"] = [ZoneRecord.Mx(0, "")],
                ["l._domainkey.d.example"] = [ZoneRecord.Alias("nowhere.hub.example")],
            },
            ["broken.example", "_dmarc.broken.example"]
        );

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("192.0.2.1", "joe@d.example", ExitCode.Ok)]
    [InlineData("192.0.2.2", "joe@d.example", ExitCode.Failed)]
    [InlineData("192.0.2.2", "", ExitCode.Failed)]
    [InlineData("192.0.2.1", "<joe@d.example>", ExitCode.Ok)]
    [InlineData("192.0.2.1", "joe@unknown.example", ExitCode.Failed)]
    [InlineData("192.0.2.1", "joe@broken.example", ExitCode.TemporaryFailure)]
    [InlineData("192.0.2", "joe@d.example", ExitCode.Usage)]
    [InlineData("host", "joe@d.example", ExitCode.Usage)]
    public async Task Spf_passes_fails_or_does_not_know(string ip, string from, int status) =>
        Assert.Equal(
            status,
            await RunAsync("check", "spf", "--ip", ip, "--from", from, "--helo", "h.example", "--dns", $"{_dns.Endpoint}")
        );

    [Theory]
    [InlineData(ExitCode.Ok, "mail.example")]
    [InlineData(ExitCode.Ok, "mail.example", "--trusted")]
    [InlineData(ExitCode.Failed, "null.example")]
    [InlineData(ExitCode.Failed, "unknown.example")]
    [InlineData(ExitCode.TemporaryFailure, "broken.example")]
    [InlineData(ExitCode.Usage, "a b")]
    [InlineData(ExitCode.Usage, "[192.0.2.1]")]
    public async Task Tls_is_found_out_for_a_domain_that_has_servers(int status, params string[] words) =>
        Assert.Equal(status, await RunAsync(["check", "tls", .. words, "--dns", $"{_dns.Endpoint}"]));

    [Fact]
    public async Task A_name_server_that_is_not_named_cannot_be_believed() =>
        Assert.Equal(ExitCode.Usage, await RunAsync("check", "tls", "mail.example", "--trusted"));

    [Theory]
    [InlineData("999")]
    [InlineData("192.0.2")]
    [InlineData("host")]
    public async Task What_is_no_address_is_named_with_reason_and_remedy(string ip)
    {
        CommandRun run = await CommandRun.OfAsync("check", "spf", "--ip", ip, "--from", "joe@d.example");

        Assert.Equal(
            (
                ExitCode.Usage,
                $"packetboat: '--ip {ip}': it is not an IP address. Write the address of the host that sends, such as 192.0.2.1 or 2001:db8::1."
            ),
            (run.Status, run.Error.TrimEnd())
        );
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task A_message_in_a_file_is_judged_whatever_line_ends_it_has(string lineEnd)
    {
        string text = "From: joe@d.example\nSubject: x\n\nHello\n".Replace("\n", lineEnd, StringComparison.Ordinal);
        string unsigned = await WriteAsync("unsigned.eml", text);
        string signed = await WriteAsync("signed.eml", Signed(text, lineEnd));
        string changed = await WriteAsync(
            "changed.eml",
            Signed(text, lineEnd).Replace("Hello", "Hallo", StringComparison.Ordinal)
        );

        Assert.Equal(ExitCode.Failed, await RunAsync("check", "dkim", unsigned, "--dns", $"{_dns.Endpoint}"));
        Assert.Equal(ExitCode.Ok, await RunAsync("check", "dkim", signed, "--dns", $"{_dns.Endpoint}", "--json"));
        Assert.Equal(ExitCode.Failed, await RunAsync("check", "dkim", changed, "--dns", $"{_dns.Endpoint}"));
        Assert.Equal(ExitCode.Ok, await DmarcAsync(signed, "192.0.2.9"));
        Assert.Equal(ExitCode.Ok, await DmarcAsync(unsigned, "192.0.2.1"));
        Assert.Equal(ExitCode.Failed, await DmarcAsync(changed, "192.0.2.9"));
    }

    [Fact]
    public async Task What_cannot_be_read_or_asked_is_said()
    {
        string file = await WriteAsync("a.eml", "From: joe@d.example\n\nx\n");

        Assert.Equal(ExitCode.IoError, await RunAsync("check", "dkim", Path.Combine(_folder, "missing.eml")));
        Assert.Equal(ExitCode.Usage, await RunAsync("check", "dkim", file, "--dns", "localhost"));
        Assert.NotEqual(ExitCode.Ok, await RunAsync("check", "spf", "--from", "a@d.example"));
    }

    [Fact]
    public async Task A_message_is_signed_with_a_key_in_a_file()
    {
        string key = await WriteAsync("key.pem", _key.ToPem());
        string file = await WriteAsync("a.eml", "From: joe@d.example\n\nx\n");
        string nobodys = await WriteAsync("b.eml", "To: joe@d.example\n\nx\n");

        Assert.Equal(ExitCode.Ok, await SignAsync(file, key, "relaxed/simple"));
        Assert.Equal(ExitCode.Usage, await SignAsync(file, key, "relaxed"));
        Assert.Equal(ExitCode.DataError, await SignAsync(file, file, "relaxed/simple"));
        Assert.Equal(ExitCode.DataError, await SignAsync(nobodys, key, "relaxed/simple"));
        Assert.Equal(ExitCode.IoError, await SignAsync(file, Path.Combine(_folder, "missing.pem"), "relaxed/simple"));
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ed25519")]
    public async Task A_new_key_is_its_owners_alone_never_replaces_one_and_is_looked_for_in_dns(string algorithm)
    {
        string file = Path.Combine(_folder, "new.pem");
        string[] make = ["dkim", "new", "d.example", "--selector", "t", "--algorithm", algorithm, "--out", file];

        Assert.Equal(ExitCode.Ok, await RunAsync(make));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(ExitCode.IoError, await RunAsync(make));
        Assert.Equal(ExitCode.Failed, await ShowAsync(file, "d.example", "t"));
        Assert.Equal(ExitCode.Failed, await ShowAsync(file, "d.example", "s"));
        Assert.Equal(ExitCode.Ok, await ShowAsync(await WriteAsync("key.pem", _key.ToPem()), "d.example", "s"));
        Assert.Equal(ExitCode.Usage, await ShowAsync(file, "d..example", "t"));
    }

    [Fact]
    public async Task A_key_of_the_data_folder_is_used_only_when_the_dns_has_it_and_retires_in_steps()
    {
        await WriteAsync("sbbs.ini", "[Mail]\nHostName = hub.example\n");
        await WriteAsync("packetboat.ini", $"[Store]\nDataDirectory = {_folder}/data\n");
        var keys = new DkimKeyFolder(Path.Combine(_folder, "data"), TimeProvider.System);
        string[] dns = ["--dns", $"{_dns.Endpoint}", "--ctrl", _folder];

        Assert.Equal(ExitCode.Ok, await RunAsync("dkim", "new", "d.example", "--selector", "n", "--ctrl", _folder));
        Assert.Equal(["n", "n-ed"], keys.Read(out _).Select(key => key.Selector));
        Assert.Equal(ExitCode.Failed, await RunAsync("dkim", "new", "d.example", "--selector", "n", "--ctrl", _folder));
        Assert.Equal(ExitCode.Failed, await RunAsync(["dkim", "use", "d.example", "n", .. dns]));

        keys.Add("d.example", "s", _key);
        Assert.Equal(ExitCode.Ok, await RunAsync(["dkim", "use", "d.example", "s", .. dns]));
        Assert.Equal(DkimKeyState.Used, keys.Read(out _).Single(key => key.Selector == "s").State);
        Assert.Equal(ExitCode.Ok, await RunAsync(["dkim", "list", .. dns]));
        Assert.Equal(ExitCode.Ok, await RunAsync("dkim", "retire", "d.example", "s", "--ctrl", _folder));
        Assert.Equal(ExitCode.Failed, await RunAsync("dkim", "retire", "d.example", "s", "--ctrl", _folder));
        Assert.Equal(ExitCode.Ok, await RunAsync("dkim", "retire", "d.example", "s", "--now", "--ctrl", _folder));
        Assert.Equal(ExitCode.Failed, await RunAsync("dkim", "retire", "d.example", "s", "--ctrl", _folder));
    }

    /// <summary>A DNS that does not answer has not said what the domain asks for, nor whether there is one.</summary>
    [Fact]
    public async Task What_could_not_be_looked_up_is_not_made_up()
    {
        string file = await WriteAsync("unknown.eml", "From: joe@broken.example\r\nSubject: x\r\n\r\nHello\r\n");
        string[] words =
        [
            "check",
            "dmarc",
            file,
            "--ip",
            "192.0.2.1",
            "--from",
            "joe@broken.example",
            "--dns",
            $"{_dns.Endpoint}",
        ];

        JsonElement report = Json((await CommandRun.OfAsync([.. words, "--json"])).Out);

        Assert.Equal("temperror", Text(report, "result"));
        foreach (string unknown in (string[])["policy", "percent", "domainExists", "policyDomain"])
            Assert.Equal(JsonValueKind.Null, report.GetProperty(unknown).ValueKind);
        Assert.DoesNotContain("policy:", (await CommandRun.OfAsync(words)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delegated_selector_is_followed_by_the_verifier_and_by_the_verbs()
    {
        await WriteAsync("sbbs.ini", "[Mail]\nHostName = hub.example\n");
        await WriteAsync("packetboat.ini", $"[Store]\nDataDirectory = {_folder}/data\n");
        var keys = new DkimKeyFolder(Path.Combine(_folder, "data"), TimeProvider.System);
        string[] dns = ["--dns", $"{_dns.Endpoint}", "--ctrl", _folder];
        foreach (string selector in (string[])["h", "l"])
            keys.Add("d.example", selector, _key);

        Assert.Equal(ExitCode.Failed, await RunAsync(["dkim", "use", "d.example", "l", .. dns]));
        Assert.Equal(ExitCode.Ok, await RunAsync(["dkim", "use", "d.example", "h", .. dns]));
        string listed = await PrintedAsync(["dkim", "list", "--json", .. dns]);
        Assert.Equal(
            [("h", "used", "published"), ("l", "new", "missing")],
            JsonDocument
                .Parse(listed)
                .RootElement.EnumerateArray()
                .Select(key => (Text(key, "selector"), Text(key, "state"), Text(key, "dns")))
        );

        const string Message = "From: joe@d.example\r\nSubject: x\r\n\r\nHello\r\n";
        string signed = await WriteAsync("delegated.eml", Signed(Message, "\r\n", "h"));
        string lost = await WriteAsync("lost.eml", Signed(Message, "\r\n", "l"));
        Assert.Equal(ExitCode.Ok, await RunAsync("check", "dkim", signed, "--dns", $"{_dns.Endpoint}"));
        Assert.Equal(ExitCode.Failed, await RunAsync("check", "dkim", lost, "--dns", $"{_dns.Endpoint}"));
    }

    [Fact]
    public async Task Every_step_of_a_key_is_told_as_json_too()
    {
        await WriteAsync("sbbs.ini", "[Mail]\nHostName = hub.example\n");
        await WriteAsync("packetboat.ini", $"[Store]\nDataDirectory = {_folder}/data\n");
        string[] dns = ["--dns", $"{_dns.Endpoint}", "--ctrl", _folder, "--json"];
        new DkimKeyFolder(Path.Combine(_folder, "data"), TimeProvider.System).Add("d.example", "s", _key);
        string file = await WriteAsync("key.pem", _key.ToPem());

        JsonElement[] made =
        [
            .. Json(await PrintedAsync("dkim", "new", "D.example", "--selector", "N", "--ctrl", _folder, "--json"))
                .EnumerateArray(),
        ];
        Assert.Equal(["n._domainkey.d.example", "n-ed._domainkey.d.example"], made.Select(key => Text(key, "name")));
        Assert.StartsWith("v=DKIM1; k=rsa; p=", Text(made[0], "record"), StringComparison.Ordinal);
        Assert.Equal("used", Text(Json(await PrintedAsync(["dkim", "use", "d.example", "s", .. dns])), "state"));
        Assert.Equal(
            "retiring",
            Text(Json(await PrintedAsync("dkim", "retire", "d.example", "s", "--ctrl", _folder, "--json")), "state")
        );
        string[] now = ["dkim", "retire", "d.example", "s", "--now", "--ctrl", _folder, "--json"];
        Assert.Equal("removed", Text(Json(await PrintedAsync(now)), "state"));
        string[] show = ["dkim", "show", file, "--domain", "d.example", "--selector", "s", .. dns];
        Assert.Equal("published", Text(Json(await PrintedAsync(show)), "dns"));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<string> PrintedAsync(params string[] words)
    {
        CommandRun run = await CommandRun.OfAsync(words);
        Assert.Equal(ExitCode.Ok, run.Status);
        return run.Out;
    }

    [Fact]
    public void A_long_record_is_cut_into_strings_that_a_name_server_takes()
    {
        string record = new('x', 300);

        Assert.Equal(
            $"s.d.example. IN TXT \"{record[..255]}\" \"{record[255..]}\"",
            DnsRecord.Text("s.d.example", record).ZoneLine
        );
    }

    private static Task<int> RunAsync(params string[] words) => Verbs.InvokeAsync(Verbs.Root().Parse(words), Ct);

    private static Task<int> SignAsync(string file, string key, string forms) =>
        RunAsync("dkim", "sign", file, "--key", key, "--domain", "d.example", "--selector", "s", "--canonicalization", forms);

    private Task<int> ShowAsync(string file, string domain, string selector) =>
        RunAsync("dkim", "show", file, "--domain", domain, "--selector", selector, "--dns", $"{_dns.Endpoint}");

    private Task<int> DmarcAsync(string file, string ip) =>
        RunAsync("check", "dmarc", file, "--ip", ip, "--from", "joe@d.example", "--dns", $"{_dns.Endpoint}");

    private string Signed(string text, string lineEnd, string selector = "s")
    {
        using var message = new DkimMessage(DkimCanonicalization.Relaxed);
        message.Append(Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n")));
        message.Complete();
        byte[] field = DkimSigner.Sign(
            message,
            new DkimSigningKey("d.example", selector, _key),
            new DkimSigningOptions(),
            TimeProvider.System.GetUtcNow(),
            out _
        );
        return Encoding.ASCII.GetString(field).ReplaceLineEndings(lineEnd) + text;
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text, Ct);
        return path;
    }
}
