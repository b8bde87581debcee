using System.CommandLine;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Resolver;

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

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Where the private key goes; nothing may be there yet",
        Required = true,
    };

    private static readonly Option<string> Algorithm = new("--algorithm")
    {
        Description = "rsa, which everybody verifies, or ed25519",
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

    private static async Task<int> NewAsync(ParseResult parsed, CancellationToken ct)
    {
        (string domain, string selector) = (parsed.GetValue(Domain)!, parsed.GetValue(Selector)!);
        if (NameOf(domain, selector) is not { } name)
            return ExitCode.Usage;
        string algorithm = parsed.GetValue(Algorithm)!;
        if (algorithm is not ("rsa" or "ed25519"))
        {
            Print.Error($"--algorithm {algorithm}: neither rsa nor ed25519");
            return ExitCode.Usage;
        }

        using DkimPrivateKey key = algorithm == "rsa" ? DkimPrivateKey.CreateRsa() : DkimPrivateKey.CreateEd25519();
        string file = Path.GetFullPath(parsed.GetValue(Out)!);
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
                return await LookAsync(resolver, name, key, ct);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    /// <summary>An alias to another name, where somebody else keeps the key, is followed by the name server.</summary>
    private static async Task<int> LookAsync(CachingResolver resolver, string name, DkimPrivateKey key, CancellationToken ct)
    {
        switch (await resolver.TextAsync(name, ct))
        {
            case DnsAnswer<string>.Found found when found.Records.Any(key.IsPublishedBy):
                Print.Line("published: the DNS has this key");
                return ExitCode.Ok;
            case DnsAnswer<string>.Found found:
                Print.Line($"another: the DNS has something else at {name}: {found.Records[0]}");
                return ExitCode.Failed;
            case DnsAnswer<string>.TemporaryFailure failure:
                Print.Line($"unknown: the DNS did not answer: {failure.Reason}");
                return ExitCode.TemporaryFailure;
            default:
                Print.Line($"missing: the DNS has nothing at {name}");
                return ExitCode.Failed;
        }
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
