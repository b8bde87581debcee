using System.CommandLine;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Signing;

namespace Packetboat.Commands;

/// <summary><c>packetboat dkim new</c> and <c>show</c>: a key in a file, and the record that belongs to it.</summary>
internal static class DkimKeyCommands
{
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
        var command = new Command("new", "Make a key, and print the record to publish")
        {
            Domain,
            Selector,
            Algorithm,
            Out,
            Verbs.Json,
        };
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
            Verbs.Json,
        };
        command.SetAction((parsed, ct) => ShowAsync(parsed, ct));
        return command;
    }

    private static Task<int> NewAsync(ParseResult parsed, CancellationToken ct)
    {
        string algorithm = parsed.GetValue(Algorithm)!;
        if (algorithm is not ("rsa" or "ed25519"))
        {
            Print.Error($"--algorithm {algorithm}: neither rsa nor ed25519");
            return Task.FromResult(ExitCode.Usage);
        }

        if (NamesOf(parsed.GetValue(Domain)!, parsed.GetValue(Selector)!) is not var (domain, selector))
            return Task.FromResult(ExitCode.Usage);
        bool json = parsed.GetValue(Verbs.Json);
        return parsed.GetValue(Out) is { } file
            ? WriteNewAsync(Path.GetFullPath(file), algorithm == "rsa", domain, selector, json, ct)
            : DkimFolderCommands.ChangeFolderAsync(
                parsed,
                (folder, _, audit) => AddNewAsync(folder, domain, selector, audit, json, ct),
                ct
            );
    }

    private static async Task<int> WriteNewAsync(
        string file,
        bool isRsa,
        string domain,
        string selector,
        bool json,
        CancellationToken ct
    )
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

        DkimKeyReport made = DkimKeyReport.Of(domain, selector, key) with { File = file };
        if (json)
        {
            Print.Json([made], DkimJson.Default.IReadOnlyListDkimKeyReport);
            return ExitCode.Ok;
        }

        Print.Line($"{file}: the private key; whoever has it can sign for {domain}");
        ShowRecord(made);
        return ExitCode.Ok;
    }

    /// <summary>RSA, which everybody verifies, and Ed25519 beside it.</summary>
    private static async Task<int> AddNewAsync(
        DkimKeyFolder folder,
        string domain,
        string selector,
        IDeedOperations audit,
        bool json,
        CancellationToken ct
    )
    {
        Result<IReadOnlyList<StoredDkimKey>> added = folder.AddPair(domain, selector);
        if (added.Value is not { } keys)
        {
            Print.Error(added.Refusal!.ToString());
            return ExitCode.Failed;
        }

        IReadOnlyList<DkimKeyReport> made = [.. keys.Select(DkimKeyReport.Of)];
        await audit.NoteAsync(
            OperatorDeed.DkimNew,
            domain,
            $"selectors {string.Join(", ", keys.Select(key => key.Selector))}",
            ct
        );
        if (json)
        {
            Print.Json(made, DkimJson.Default.IReadOnlyListDkimKeyReport);
            return ExitCode.Ok;
        }

        foreach (DkimKeyReport report in made)
            ShowRecord(report);
        Print.Line("Publish them. A running server signs with each as soon as it finds its record in the DNS.");
        Print.Line($"At once, and without a server: packetboat dkim use {domain} {selector}, and the same with {selector}-ed");
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
        if (NamesOf(parsed.GetValue(OfDomain)!, parsed.GetValue(Selector)!) is not var (domain, selector))
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
                var report = DkimKeyReport.Of(domain, selector, key);
                DkimPublication found = await DkimPublication.OfAsync(resolver, report.Name, key, ct);
                Show((report with { File = file }).With(found), parsed.GetValue(Verbs.Json));
                return StatusOf(found);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    internal static int StatusOf(DkimPublication found) =>
        found.State switch
        {
            DkimPublicationState.Published => ExitCode.Ok,
            DkimPublicationState.Unknown => ExitCode.TemporaryFailure,
            _ => ExitCode.Failed,
        };

    private static void Show(DkimKeyReport report, bool json)
    {
        if (json)
        {
            Print.Json(report, DkimJson.Default.DkimKeyReport);
            return;
        }

        ShowRecord(report);
        Print.Line($"DNS:    {report.Reason}");
    }

    private static void ShowRecord(DkimKeyReport report)
    {
        Print.Line();
        Print.Line($"Name:   {report.Name}");
        Print.Line("Type:   TXT");
        Print.Line($"Value:  {report.Record}");
        Print.Line();
        Print.Line("In a zone file, in strings of no more than 255 octets:");
        Print.Line(report.ZoneLine);
        Print.Line();
    }

    /// <summary>As the DNS has them: lower case, A-labels. Null: it was printed what is wrong.</summary>
    private static (string Domain, string Selector)? NamesOf(string domain, string selector)
    {
        string name = $"{selector}._domainkey.{domain}";
        if (MailAddress.IsDomain(domain) && MailAddress.IsDomain(selector) && MailAddress.IsDomain(name))
            return (MailAddress.Parse($"x@{domain}").AsciiDomain, MailAddress.Parse($"x@{selector}").AsciiDomain);
        Print.Error($"{name}: not a name that DNS can have; say a domain, and a selector of letters and digits");
        return null;
    }
}
