using System.CommandLine;
using System.Globalization;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Resolver;
using Packetboat.Relay.Signing;

namespace Packetboat.Commands;

/// <summary>
/// <c>packetboat dkim list</c>, <c>use</c> and <c>retire</c>: the keys in the data folder on their way from new to used to retired. They
/// work on the folder itself; a running server sees the change within seconds.
/// </summary>
internal static class DkimFolderCommands
{
    private static readonly Argument<string> Domain = new("domain") { Description = "Whose mail it signs" };

    private static readonly Argument<string> Selector = new("selector") { Description = "The name of the key below _domainkey" };

    private static readonly Option<bool> Now = new("--now")
    {
        Description = "Remove it although mail that it signed may be on its way",
    };

    public static Command List()
    {
        var command = new Command("list", "List the keys in the data folder, and whether the DNS has them")
        {
            NameServerOption.Dns,
        };
        command.SetAction((parsed, ct) => WithFolderAsync(parsed, (folder, resolver) => ListAsync(folder, resolver, ct)));
        return command;
    }

    public static Command Use()
    {
        var command = new Command("use", "Sign with a new key from now on, if the DNS has its record")
        {
            Domain,
            Selector,
            NameServerOption.Dns,
        };
        command.SetAction(
            (parsed, ct) =>
                WithFolderAsync(
                    parsed,
                    (folder, resolver) => WithKeyAsync(parsed, folder, key => UseAsync(folder, resolver, key, ct))
                )
        );
        return command;
    }

    public static Command Retire()
    {
        var command = new Command("retire", "Sign with a key no more; the second time, after five days, remove it")
        {
            Domain,
            Selector,
            Now,
        };
        command.SetAction(
            (parsed, ct) =>
                WithFolderAsync(
                    parsed,
                    (folder, _) => WithKeyAsync(parsed, folder, key => Task.FromResult(Retire(folder, key, parsed.GetValue(Now))))
                )
        );
        return command;
    }

    /// <summary>The folder of the installation; troubles of the disk become a line and a status.</summary>
    public static async Task<int> WithFolderAsync(ParseResult parsed, Func<DkimKeyFolder, CachingResolver, Task<int>> command)
    {
        if (NameServerOption.Resolver(parsed) is not { } resolver)
            return ExitCode.Usage;
        (Settings? settings, int exitCode) = Session.ReadSettings(Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), quiet: true);
        if (settings is null)
            return exitCode;
        try
        {
            return await command(new DkimKeyFolder(settings.Packetboat.DataDirectory, TimeProvider.System), resolver);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    private static async Task<int> ListAsync(DkimKeyFolder folder, CachingResolver resolver, CancellationToken ct)
    {
        IReadOnlyList<StoredDkimKey> keys = folder.Read(out IReadOnlyList<string> faults);
        var rows = new List<string[]>();
        foreach (StoredDkimKey key in keys)
        {
            (string word, _) = await DkimKeyCommands.LookAsync(resolver, key.RecordName, key.Key, ct);
            string since = key.Since.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            rows.Add([key.Domain, key.Selector, key.Key.AlgorithmName, key.State.ToString().ToLowerInvariant(), since, word]);
        }

        Print.Table(["DOMAIN", "SELECTOR", "ALGORITHM", "STATE", "SINCE", "IN DNS"], rows, "There are no keys.");
        foreach (string fault in faults)
            Print.Error(fault);
        return faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static Task<int> WithKeyAsync(ParseResult parsed, DkimKeyFolder folder, Func<StoredDkimKey, Task<int>> command)
    {
        (string domain, string selector) = (parsed.GetValue(Domain)!, parsed.GetValue(Selector)!);
        StoredDkimKey? key = folder
            .Read(out _)
            .FirstOrDefault(key =>
                key.Domain.Equals(domain, StringComparison.OrdinalIgnoreCase)
                && key.Selector.Equals(selector, StringComparison.OrdinalIgnoreCase)
            );
        if (key is not null)
            return command(key);
        Print.Error(
            new Refusal(
                $"{selector} of {domain}",
                "there is no such key",
                "See packetboat dkim list, or make one with dkim new"
            ).ToString()
        );
        return Task.FromResult(ExitCode.Failed);
    }

    private static async Task<int> UseAsync(
        DkimKeyFolder folder,
        CachingResolver resolver,
        StoredDkimKey key,
        CancellationToken ct
    )
    {
        (string word, int status) = await DkimKeyCommands.LookAsync(resolver, key.RecordName, key.Key, ct);
        if (status != ExitCode.Ok)
        {
            Print.Error($"{key.RecordName}: {word}; the key is not used yet");
            if (status == ExitCode.Failed)
                Print.Error($"publish this, then try again: {DkimKeyCommands.ZoneLine(key.RecordName, key.Key.Record)}");
            return status;
        }

        folder.Use(key);
        Print.Line(
            $"{key.Domain} is signed with {key.Selector} from now on; the {key.Key.AlgorithmName} keys before it sign no more"
        );
        return ExitCode.Ok;
    }

    private static int Retire(DkimKeyFolder folder, StoredDkimKey key, bool now)
    {
        if (folder.Retire(key, now) is { } refusal)
        {
            Print.Error(refusal.ToString());
            return ExitCode.Failed;
        }

        Print.Line(
            key.State is DkimKeyState.Used && !now
                ? $"{key.Selector} of {key.Domain} signs no more; leave its record published for {DkimKeyFolder.Overlap.Days} days, then retire it again"
                : $"{key.Selector} of {key.Domain} is removed; take its record out of the DNS"
        );
        return ExitCode.Ok;
    }
}
