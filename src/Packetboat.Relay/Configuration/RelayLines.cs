using System.Globalization;
using System.Text;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Configuration;

/// <summary>
/// Writes the how-to's keys into the settings of a node: <c>Options</c> with RELAY_TX and RELAY_AUTH_PLAIN, <c>RelayServer</c>,
/// <c>RelayPort</c>, <c>RelayUsername</c>, <c>RelayPassword</c>. What the files would then say is looked at first; if the settings would not
/// hold together, nothing is written.
/// </summary>
public sealed class RelayLines
{
    private const string Mail = "Mail";
    private const string CertificateKey = "RelayCertificateFile";
    private const string DefaultCertificate = "relay.pem";

    private readonly string _ctrl;
    private readonly ConfigurationEnvironment _environment;
    private readonly string _sbbs;

    /// <param name="ctrl">The folder of the settings.</param>
    /// <param name="environment">Of this machine.</param>
    /// <exception cref="InvalidDataException">There is no sbbs.ini.</exception>
    public RelayLines(string ctrl, ConfigurationEnvironment environment)
    {
        _environment = environment;
        SettingsDraft draft = new(ctrl, environment);
        (_ctrl, _sbbs) = (draft.Ctrl, draft.SbbsIni);
    }

    /// <summary>Why the hub's lines could not be written; null when they can. For before the hub is asked for them.</summary>
    /// <param name="relay">How it may look.</param>
    /// <param name="certificate">As for <see cref="Write"/>.</param>
    public Refusal? Foresee(JoinAnswer relay, string? certificate) => Draft(relay, certificate).Refusal;

    /// <summary>
    /// The errors that would be left with the hub's lines in the settings. What is wrong in the keys that a join writes is mended by
    /// writing them: nobody has to put in by hand first what he is about to be given.
    /// </summary>
    /// <param name="relay">How the hub may look.</param>
    public IReadOnlyList<Problem> ErrorsWith(JoinAnswer relay) =>
        [.. DraftOf(relay, certificate: null).Preview().Problems.Where(problem => problem.Severity == Severity.Error)];

    /// <summary>Looks at the change, and makes it if the settings hold together with it.</summary>
    /// <param name="relay">How to reach the hub.</param>
    /// <param name="certificate">PEM of the hub's certificate, to be trusted by itself; null: an authority vouches for it.</param>
    /// <param name="time">For the names of backups.</param>
    /// <returns>The files that were written, and their backups; or why nothing was.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public (IReadOnlyList<WrittenFile> Written, Refusal? Refusal) Write(JoinAnswer relay, string? certificate, TimeProvider time)
    {
        (SettingsDraft draft, Refusal? refusal) = Draft(relay, certificate);
        return refusal is null ? (draft.Write(time), null) : ([], refusal);
    }

    private (SettingsDraft Draft, Refusal? Refusal) Draft(JoinAnswer relay, string? certificate)
    {
        SettingsDraft draft = DraftOf(relay, certificate);
        return (draft, Doubt(draft, relay, certificate is not null));
    }

    private SettingsDraft DraftOf(JoinAnswer relay, string? certificate)
    {
        Settings settings = ConfigurationReader.Read(_ctrl, _environment).Draft!;

        // In this order each file can stand beside those that were there before: the password comes last.
        var draft = new SettingsDraft(_ctrl, _environment);
        if (certificate is not null)
            AddCertificate(draft, settings, certificate);
        MailSettings mail = settings.Mail;
        draft.Edit(
            _sbbs,
            (Mail, "Options", OptionsOf(mail.Options, relay)),
            (Mail, nameof(mail.RelayServer), relay.Server),
            (Mail, nameof(mail.RelayPort), relay.Port.ToString(CultureInfo.InvariantCulture)),
            (Mail, nameof(mail.RelayUsername), relay.Account),
            (Mail, nameof(mail.RelayPassword), relay.Password)
        );
        return draft;
    }

    /// <summary>As they are written, where they are right already.</summary>
    private string OptionsOf(MailOptions options, JoinAnswer relay)
    {
        MailOptions wanted = (options & ~RelaySettings.MechanismFlags) | MailOptions.RELAY_TX | MechanismOf(relay);
        return wanted == options && IniReader.Read(_sbbs, _ctrl, path => path).Find(Mail, "Options") is { } entry
            ? entry.Text
            : IniFlags.Write((uint)wanted, KeyTable.FlagBits);
    }

    private static MailOptions MechanismOf(JoinAnswer relay) =>
        relay.Mechanism switch
        {
            "LOGIN" => MailOptions.RELAY_AUTH_LOGIN,
            "CRAM-MD5" => MailOptions.RELAY_AUTH_CRAM_MD5,
            _ => MailOptions.RELAY_AUTH_PLAIN,
        };

    private void AddCertificate(SettingsDraft draft, Settings settings, string certificate)
    {
        string path = settings.Packetboat.RelayCertificateFile;
        if (path.Length > 0)
        {
            // Others may be trusted for this already.
            string there = File.Exists(path) ? File.ReadAllText(path) : "";
            if (!there.Contains(certificate.Trim(), StringComparison.Ordinal))
                draft.Replace(path, Encoding.UTF8.GetBytes($"{there.TrimEnd()}\n{certificate.Trim()}\n".TrimStart()));
            return;
        }

        draft.Replace(Path.Combine(_ctrl, DefaultCertificate), Encoding.UTF8.GetBytes(certificate.Trim() + "\n"));
        draft.Edit(draft.PacketboatIni, ("Relay", CertificateKey, DefaultCertificate));
    }

    /// <summary>Reads what is about to be written as the server will read it.</summary>
    private Refusal? Doubt(SettingsDraft draft, JoinAnswer relay, bool hasCertificate)
    {
        ConfigurationResult then = draft.Preview();
        Problem[] errors =
        [
            .. then.Problems.Where(problem =>
                problem.Severity == Severity.Error && !(hasCertificate && problem.Key == CertificateKey)
            ),
        ];
        if (errors.Length > 0)
            return new Refusal(
                _environment.NameOf(errors[0].File),
                $"the settings would not hold together with the hub's lines ({errors[0]})",
                "Change that, and join again by the same code"
            );
        foreach ((string key, string wanted) in Wanted(relay))
        {
            EffectiveValue? value = then.Values.FirstOrDefault(value => value.Key == key);
            // The password is not shown; but no other line than ours can be where ours is.
            bool isThere =
                key == nameof(MailSettings.RelayPassword)
                    ? value?.Source.StartsWith($"{_environment.NameOf(_sbbs)}:", StringComparison.Ordinal) == true
                    : value?.Value == wanted;
            if (!isThere)
            {
                string name = key.Split(':')[0];
                string source = then.Values.First(value => value.Key == name).Source;
                return new Refusal(
                    name,
                    $"another line decides about it ({source})",
                    $"Remove {name} there, and join again by the same code"
                );
            }
        }

        return null;
    }

    private static IEnumerable<(string Key, string Value)> Wanted(JoinAnswer relay) =>
        [
            ($"Options: {nameof(MailOptions.RELAY_TX)}", "set"),
            ($"Options: {MechanismOf(relay)}", "set"),
            (nameof(MailSettings.RelayServer), relay.Server),
            (nameof(MailSettings.RelayPort), relay.Port.ToString(CultureInfo.InvariantCulture)),
            (nameof(MailSettings.RelayUsername), relay.Account),
            (nameof(MailSettings.RelayPassword), ""),
        ];
}
