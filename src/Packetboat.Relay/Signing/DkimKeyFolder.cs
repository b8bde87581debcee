using System.Globalization;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Spool;

namespace Packetboat.Relay.Signing;

/// <summary>
/// The keys of the domains that we sign for: <c>dkim/SELECTOR._domainkey.DOMAIN.pem</c> in the data folder, for its owner alone. In front of
/// the key a line says its state. Every change is a new file under the old name, so that who reads sees one or the other.
/// </summary>
/// <param name="dataDirectory">Full path.</param>
/// <param name="time">The clock.</param>
public sealed class DkimKeyFolder(string dataDirectory, TimeProvider time)
{
    internal const string Middle = "._domainkey.";

    /// <summary>As long as a message may be tried again, a record is asked for: RFC 5321 §4.5.4.1 says four to five days.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(5);

    private const string Extension = ".pem";
    private const int MaxOctets = 64 * 1024;

    public string Directory { get; } = Path.Combine(dataDirectory, "dkim");

    /// <summary>When the folder last changed; for who remembers what was in it.</summary>
    public DateTime Changed => System.IO.Directory.GetLastWriteTimeUtc(Directory);

    /// <summary>All keys by domain and selector.</summary>
    /// <param name="faults">What is in the folder and is no key; each a line.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public IReadOnlyList<StoredDkimKey> Read(out IReadOnlyList<string> faults)
    {
        var wrong = new List<string>();
        faults = wrong;
        if (!System.IO.Directory.Exists(Directory))
            return [];
        var keys = new List<StoredDkimKey>();
        foreach (string file in System.IO.Directory.EnumerateFiles(Directory, $"*{Extension}"))
        {
            if (Parse(file, out StoredDkimKey? key, out string fault))
                keys.Add(key!);
            else
                wrong.Add($"{file}: {fault}");
        }

        return [.. keys.OrderBy(key => key.Domain, StringComparer.Ordinal).ThenBy(key => key.Selector, StringComparer.Ordinal)];
    }

    /// <summary>Keeps a new key.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public StoredDkimKey Add(string domain, string selector, DkimPrivateKey key)
    {
        var made = new StoredDkimKey(
            domain.ToLowerInvariant(),
            selector.ToLowerInvariant(),
            DkimKeyState.New,
            time.GetUtcNow(),
            key
        );
        DurableNames.MakeDirectory(Directory, MakeForOwner);
        Write(made, FileOf(made), FileMode.CreateNew);
        return made;
    }

    /// <summary>RSA, which everybody verifies, and Ed25519 beside it, under the selector and the selector with <c>-ed</c> behind it.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public Result<IReadOnlyList<StoredDkimKey>> AddPair(string domain, string selector)
    {
        string[] selectors = [selector, $"{selector}-ed"];
        foreach (string name in selectors)
            if (File.Exists(FileOf(domain, name)))
                return new Refusal(
                    $"{name}{Middle}{domain}".ToLowerInvariant(),
                    "there is a key of this name, and what it has signed would not be verified by another",
                    "Choose another with --selector, such as the year and the month; see packetboat dkim list"
                );
        return new Result<IReadOnlyList<StoredDkimKey>>(
            [Add(domain, selectors[0], DkimPrivateKey.CreateRsa()), Add(domain, selectors[1], DkimPrivateKey.CreateEd25519())],
            null
        );
    }

    /// <summary>The key signs from now on; those before it of its domain and algorithm sign no more.</summary>
    /// <param name="key">Whose record was seen.</param>
    /// <returns>False: it was removed meanwhile, and stays so.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public bool Use(StoredDkimKey key)
    {
        if (!File.Exists(FileOf(key)))
            return false;
        // First the new one: for a moment both sign, which harms nobody.
        Replace(key with { State = DkimKeyState.Used, Since = time.GetUtcNow() });
        foreach (StoredDkimKey other in Read(out _))
        {
            if (
                other.State is DkimKeyState.Used
                && other.Domain == key.Domain
                && other.Selector != key.Selector
                && other.Key.Algorithm == key.Key.Algorithm
            )
                Replace(other with { State = DkimKeyState.Retiring, Since = time.GetUtcNow() });
        }

        return true;
    }

    /// <summary>One step on the way out: a used key signs no more, any other is removed.</summary>
    /// <param name="key">Of this folder.</param>
    /// <param name="now">Removes it also where mail that it signed may still be on its way.</param>
    /// <returns>Null where it was done.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public Refusal? Retire(StoredDkimKey key, bool now)
    {
        DateTimeOffset until = key.Since + Overlap;
        if (key.State is DkimKeyState.Used && !now)
        {
            Replace(key with { State = DkimKeyState.Retiring, Since = time.GetUtcNow() });
            return null;
        }

        if (key.State is DkimKeyState.Retiring && time.GetUtcNow() < until && !now)
            return new Refusal(
                key.RecordName,
                $"mail that it signed may be on its way until {until.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}",
                "Wait, or say --now"
            );
        File.Delete(FileOf(key));
        DurableNames.Sync(Directory);
        return null;
    }

    private string FileOf(StoredDkimKey key) => FileOf(key.Domain, key.Selector);

    private string FileOf(string domain, string selector) =>
        Path.Combine(Directory, $"{selector}{Middle}{domain}{Extension}".ToLowerInvariant());

    private void Replace(StoredDkimKey key)
    {
        string temporary = $"{FileOf(key)}.new";
        File.Delete(temporary);
        Write(key, temporary, FileMode.CreateNew);
        File.Move(temporary, FileOf(key), overwrite: true);
        DurableNames.Sync(Directory);
    }

    private void Write(StoredDkimKey key, string file, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(file, options))
        {
            string since = key.Since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
            stream.Write(Encoding.ASCII.GetBytes($"{key.State} {since}\n{key.Key.ToPem()}\n"));
            stream.Flush(flushToDisk: true);
        }

        Configuration.FileOwner.Inherit(file);
        DurableNames.Sync(Directory);
    }

    private static bool Parse(string file, out StoredDkimKey? key, out string fault)
    {
        key = null;
        string name = Path.GetFileNameWithoutExtension(file);
        int middle = name.IndexOf(Middle, StringComparison.Ordinal);
        if (middle <= 0 || !MailAddress.IsDomain(name))
        {
            fault = $"the name is not SELECTOR{Middle}DOMAIN{Extension}";
            return false;
        }

        (byte[]? octets, fault) = Configuration.BoundedFile.Read(file, MaxOctets);
        if (octets is null)
            return false;
        string text = Encoding.Latin1.GetString(octets);
        string[] state = text.Split('\n', 2)[0].Split(' ', 2);
        if (
            state.Length != 2
            || !Enum.TryParse(state[0], out DkimKeyState its)
            || !DateTimeOffset.TryParse(
                state[1],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset since
            )
        )
        {
            fault = "the first line says no state";
            return false;
        }

        if (!DkimPrivateKey.TryRead(text, out DkimPrivateKey? privateKey, out string? wrong))
        {
            fault = wrong;
            return false;
        }

        key = new StoredDkimKey(name[(middle + Middle.Length)..], name[..middle], its, since, privateKey);
        return true;
    }

    private static void MakeForOwner(string directory)
    {
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(directory);
        else
            System.IO.Directory.CreateDirectory(
                directory,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
    }
}
