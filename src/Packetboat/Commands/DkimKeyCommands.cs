using System.CommandLine;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Resolver;
using Packetboat.Relay.Signing;

namespace Packetboat.Commands;

/// <summary><c>packetboat dkim new</c> and <c>show</c>: a key in a file, and the record that belongs to it.</summary>
internal static class DkimKeyCommands
{
    /// <summary>Octets of one string of a TXT record. RFC 1035 §3.3.14.</summary>
    private const int MaxString = 255;

    private static readonly Option<string> Selector = new("--selector")
    {
        Description = "The name of the key below _domainkey",
        DefaultValueFactory = _ => "mail",
    };

    private static readonly Argument<string> Domain = new("domain") { Description = "Whose mail it signs" };

    private static readonly Option<string> OfDomain = new("--domain") { Description = "Whose mail it signs", Required = true };

    private static readonly Argument<string> KeyFile = new("key") { Description = "A private key, PEM" };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Write one key into this file instead of both into the data folder; nothing may be there yet",
    };

    private static readonly Option<string> Algorithm = new("--algorithm")
    {
        Description = "With --out: rsa, which everybody verifies, or ed25519",
        DefaultValueFactory = _ => "rsa",
    };

    public static Command New()
    {
        var command = new Command("new", "Make a key, and print the record to publish") { Domain, Selector, Algorithm, Out };
        command.SetAction((parsed, ct) => NewAsync(parsed, ct));
        return command;
    }

    public static Command Show()
    {
        var command = new Command("show", "Print the record of a key, and ask the DNS whether it is published")
        {
            KeyFile,
            OfDomain,
            Selector,
            NameServerOption.Dns,
        };
        command.SetAction((parsed, ct) => ShowAsync(parsed, ct));
        return command;
    }

    /// <summary>Name, type and text as a zone file has them; in several strings where one cannot hold it.</summary>
    internal static string ZoneLine(string name, string record) =>
        $"{name}. IN TXT {string.Join(' ', record.Chunk(MaxString).Select(part => $"\"{new string(part)}\""))}";

    private static Task<int> NewAsync(ParseResult parsed, CancellationToken ct)
    {
        string algorithm = parsed.GetValue(Algorithm)!;
        if (algorithm is not ("rsa" or "ed25519"))
        {
            Print.Error($"--algorithm {algorithm}: neither rsa nor ed25519");
            return Task.FromResult(ExitCode.Usage);
        }

        (string domain, string selector) = (parsed.GetValue(Domain)!, parsed.GetValue(Selector)!);
        if (NameOf(domain, selector) is not { } name)
            return Task.FromResult(ExitCode.Usage);
        return parsed.GetValue(Out) is { } file
            ? WriteNewAsync(Path.GetFullPath(file), algorithm == "rsa", domain, name, ct)
            : DkimFolderCommands.WithFolderAsync(parsed, (folder, _) => Task.FromResult(AddNew(folder, domain, selector)));
    }

    private static async Task<int> WriteNewAsync(string file, bool isRsa, string domain, string name, CancellationToken ct)
    {
        using DkimPrivateKey key = isRsa ? DkimPrivateKey.CreateRsa() : DkimPrivateKey.CreateEd25519();
        try
        {
            await WriteAsync(file, key, ct);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error($"{file}: {failure.Message}");
            return ExitCode.IoError;
        }

        Print.Line($"{file}: the private key; whoever has it can sign for {domain}");
        ShowRecord(name, key);
        return ExitCode.Ok;
    }

    /// <summary>RSA, which everybody verifies, and Ed25519 beside it.</summary>
    private static int AddNew(DkimKeyFolder folder, string domain, string selector)
    {
        string ascii = MailAddress.Parse($"x@{domain}").AsciiDomain;
        foreach (bool isRsa in (bool[])[true, false])
        {
            using DkimPrivateKey key = isRsa ? DkimPrivateKey.CreateRsa() : DkimPrivateKey.CreateEd25519();
            StoredDkimKey stored = folder.Add(ascii, isRsa ? selector : $"{selector}-ed", key);
            ShowRecord(stored.RecordName, key);
        }

        Print.Line($"Publish them, then: packetboat dkim use {ascii} {selector}, and the same with {selector}-ed");
        return ExitCode.Ok;
    }

    /// <summary>For its owner alone from the first moment on, and never over a key that is there.</summary>
    private static async Task WriteAsync(string file, DkimPrivateKey key, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var stream = new FileStream(file, options);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(key.ToPem() + "\n"), ct);
        stream.Flush(flushToDisk: true);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        if (NameOf(parsed.GetValue(OfDomain)!, parsed.GetValue(Selector)!) is not { } name)
            return ExitCode.Usage;
        if (NameServerOption.Resolver(parsed) is not { } resolver)
            return ExitCode.Usage;
        string file = parsed.GetValue(KeyFile)!;
        try
        {
            if (!DkimPrivateKey.TryRead(await File.ReadAllTextAsync(file, ct), out DkimPrivateKey? key, out string? fault))
            {
                Print.Error($"{file}: {fault}");
                return ExitCode.DataError;
            }

            using (key)
            {
                ShowRecord(name, key);
                (string words, int status) = await LookAsync(resolver, name, key, ct);
                Print.Line($"DNS:    {words}");
                return status;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    /// <summary>
    /// Whether the DNS has the key, in words, and the status for that. An alias to a name where somebody else keeps the record is followed by
    /// the name server.
    /// </summary>
    internal static async Task<(string Words, int Status)> LookAsync(
        CachingResolver resolver,
        string name,
        DkimPrivateKey key,
        CancellationToken ct
    )
    {
        return await resolver.TextAsync(name, ct) switch
        {
            DnsAnswer<string>.Found found when found.Records.Any(key.IsPublishedBy) => ("published", ExitCode.Ok),
            DnsAnswer<string>.Found => ("another record is published", ExitCode.Failed),
            DnsAnswer<string>.TemporaryFailure failure => ($"no answer: {failure.Reason}", ExitCode.TemporaryFailure),
            _ => ("not published", ExitCode.Failed),
        };
    }

    private static void ShowRecord(string name, DkimPrivateKey key)
    {
        Print.Line();
        Print.Line($"Name:   {name}");
        Print.Line("Type:   TXT");
        Print.Line($"Value:  {key.Record}");
        Print.Line();
        Print.Line("In a zone file, in strings of no more than 255 octets:");
        Print.Line(ZoneLine(name, key.Record));
        Print.Line();
    }

    /// <summary>Null: it was printed what is wrong.</summary>
    private static string? NameOf(string domain, string selector)
    {
        string name = $"{selector}._domainkey.{domain}";
        if (MailAddress.IsDomain(domain) && MailAddress.IsDomain(selector) && MailAddress.IsDomain(name))
            return MailAddress.Parse($"x@{name}").AsciiDomain;
        Print.Error($"{name}: not a name that DNS can have; say a domain, and a selector of letters and digits");
        return null;
    }
}
