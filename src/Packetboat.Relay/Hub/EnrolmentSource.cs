using System.Globalization;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Hub;

/// <summary>Makes <see cref="EnrolmentSettings"/> from the settings in force.</summary>
public sealed class EnrolmentSource(Func<Settings> settings, TimeProvider time)
{
    private const int HttpsPort = 443;
    private static readonly TimeSpan TermsCheck = TimeSpan.FromSeconds(5);

    private readonly DerivedSettings<ReloadedFile<EnrolmentTerms>> _terms = new(
        settings,
        now => new ReloadedFile<EnrolmentTerms>(now.Packetboat.EnrolmentTerms, EnrolmentTerms.Parse, TermsCheck, time)
    );

    public EnrolmentSettings Current
    {
        get
        {
            Settings now = settings();
            bool hasTerms = now.Packetboat.EnrolmentTerms.Length > 0;
            return new EnrolmentSettings(
                now.Mail.HostName,
                now.Mail.Options.HasFlag(MailOptions.USE_SUBMISSION_PORT) ? now.Mail.SubmissionPort : now.Mail.TlsSubmissionPort,
                hasTerms ? _terms.Current.Current : EnrolmentTerms.BuiltIn,
                now.Packetboat.EnrolmentApplications,
                UrlOf(now)
            );
        }
    }

    private static string? UrlOf(Settings now) =>
        now.Packetboat.EnrolmentPort switch
        {
            0 => null,
            HttpsPort => $"https://{now.Mail.HostName}",
            int port => string.Create(CultureInfo.InvariantCulture, $"https://{now.Mail.HostName}:{port}"),
        };
}
