using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Packetboat.Protocol;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Sasl;

namespace Packetboat.Relay.Hub;

/// <summary>
/// How a stranger becomes a node: by a code that an operator gave him, or by an application that the operator approves. Each code is good for
/// as many accounts as it says, exactly. Who was answered and did not hear it asks again with the same secret, and is answered the same.
/// </summary>
public sealed partial class Enrolment(
    IEnrolmentStore store,
    IAccountStore accounts,
    CredentialIssuer issuer,
    SecretBox box,
    EnrolmentBrake brake,
    Func<EnrolmentSettings> settings,
    TimeProvider time,
    ILogger<Enrolment> logger
)
{
    /// <summary>An approved applicant has this long to come back.</summary>
    public static readonly TimeSpan ApprovalLifetime = TimeSpan.FromDays(30);

    private const int MadeIdDigits = 4;
    private const int MadeIdTries = 20;

    private readonly EnrolmentBrake _echoBrake = new(time);

    public EnrolmentSettings Settings => settings();

    /// <summary>Called when an application has come: the operator ought to know.</summary>
    public event Action? Applied;

    public HubDescription Describe()
    {
        EnrolmentSettings now = settings();
        return new HubDescription(now.HostName, now.Terms.Text, now.Terms.Version, now.TakesApplications, now.Contact);
    }

    /// <summary>From where somebody asks. Held up apart from the others: who looks where he is loses no try to join.</summary>
    public EnrolmentResult<SeenAddress> AddressOf(IPAddress client)
    {
        if (_echoBrake.WaitOf(client) is var wait && wait > TimeSpan.Zero)
            return TooMany<SeenAddress>(client, wait);
        return new SeenAddress((client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).ToString());
    }

    public async Task<EnrolmentResult<JoinAnswer>> JoinAsync(JoinRequest ask, IPAddress client, CancellationToken ct)
    {
        EnrolmentResult<JoinAnswer> result = await BrakedAsync(client, () => AdmitAsync(ask, client, ct));
        if (result is { Refusal: { } refusal, Fault: not EnrolmentFault.TooManyRequests })
            LogNotJoined(client.ToString(), result.Fault, refusal.ToString());
        return result;
    }

    public Task<EnrolmentResult<ApplicationAnswer>> ApplyAsync(ApplicationRequest ask, IPAddress client, CancellationToken ct) =>
        BrakedAsync(client, () => TakeAsync(ask, client, ct));

    /// <summary>What became of an application; only for who has its code.</summary>
    public Task<EnrolmentResult<ApplicationAnswer>> ApplicationAsync(string text, IPAddress client, CancellationToken ct) =>
        BrakedAsync(client, () => StateOfAsync(text, ct));

    /// <summary>A store that cannot be read or written is no fault of the stranger's, and he is told to come again.</summary>
    private async Task<EnrolmentResult<T>> BrakedAsync<T>(IPAddress client, Func<Task<EnrolmentResult<T>>> operation)
        where T : class
    {
        if (brake.WaitOf(client) is var wait && wait > TimeSpan.Zero)
            return TooMany<T>(client, wait);
        try
        {
            return await operation();
        }
        catch (Exception fault) when (fault is DbException or IOException or CredentialsUnavailableException)
        {
            LogUnavailable(fault.Message);
            return EnrolmentWords.Unavailable;
        }
    }

    private async Task<EnrolmentResult<ApplicationAnswer>> TakeAsync(
        ApplicationRequest ask,
        IPAddress client,
        CancellationToken ct
    )
    {
        EnrolmentSettings now = settings();
        if (!now.TakesApplications)
            return EnrolmentWords.NoApplications(now);
        if (!InvitationCode.TryParse(ask.Code, out InvitationCode? code))
            return EnrolmentWords.NotACode;
        if (ask.Terms != now.Terms.Version)
            return EnrolmentWords.TermsNotAccepted(ask.Terms);
        if (!QwkId.TryParse(ask.Id, out QwkId? id, out Refusal? unfit))
            return (EnrolmentFault.IdRefused, unfit);
        if (!TryDomain(ask.Domain, out string? domain))
            return EnrolmentWords.NotADomain(ask.Domain!);
        if (string.IsNullOrWhiteSpace(ask.Contact))
            return EnrolmentWords.NoContact;

        var application = new Application(
            code.Name,
            code.Hash,
            id,
            domain,
            PrintableText.Of(ask.Contact, ApplicationRequest.MaxContact),
            PrintableText.Of(ask.Words, ApplicationRequest.MaxWords),
            client.ToString(),
            time.GetUtcNow()
        );
        return await AddAsync(application, code, now, ct);
    }

    private async Task<EnrolmentResult<ApplicationAnswer>> StateOfAsync(string text, CancellationToken ct)
    {
        if (!InvitationCode.TryParse(text, out InvitationCode? code))
            return EnrolmentWords.NotACode;
        if (await store.FindApplicationAsync(code.Name, ct) is { } application && code.IsOf(application.CodeHash))
            return new ApplicationAnswer(
                application.Name,
                application.Refused is null ? ApplicationAnswer.Waiting : ApplicationAnswer.Refused,
                application.Reason
            );
        if (await store.FindInvitationAsync(code.Name, ct) is { } invitation && code.IsOf(invitation.CodeHash))
            return new ApplicationAnswer(invitation.Name, ApplicationAnswer.Approved, "");
        return EnrolmentWords.UnknownCode(code.Name, settings());
    }

    private async Task<EnrolmentResult<JoinAnswer>> AdmitAsync(JoinRequest ask, IPAddress client, CancellationToken ct)
    {
        EnrolmentSettings now = settings();
        if (!InvitationCode.TryParse(ask.Code, out InvitationCode? code))
            return EnrolmentWords.NotACode;
        if (!IsKey(ask.Key))
            return EnrolmentWords.NotAKey;
        if (!TryDomain(ask.Domain, out string? domain))
            return EnrolmentWords.NotADomain(ask.Domain!);

        Invitation? invitation = await store.FindInvitationAsync(code.Name, ct);
        // An invitation that nobody made is compared as well, with what no code has.
        if (!code.IsOf(invitation?.CodeHash ?? new byte[SHA256.HashSizeInBytes]) || invitation is null)
            return EnrolmentWords.UnknownCode(code.Name, now);
        if (ask.Terms != now.Terms.Version)
            return EnrolmentWords.TermsNotAccepted(ask.Terms);
        if (invitation.Domain.Length > 0)
            domain = invitation.Domain;

        var node = new Newcomer(invitation, SHA256.HashData(Encoding.ASCII.GetBytes(ask.Key)), domain, client.ToString());
        string password = box.EnrolmentPassword(invitation.Name, Encoding.ASCII.GetBytes(ask.Key));
        return await AgainAsync(node, password, now, ct) ?? await MakeAsync(node, ask.Id, password, now, ct);
    }

    /// <summary>The answer of before, for who has been here already; null: he has not.</summary>
    private async Task<EnrolmentResult<JoinAnswer>?> AgainAsync(
        Newcomer node,
        string password,
        EnrolmentSettings now,
        CancellationToken ct
    )
    {
        if (await store.FindEnrolledAsync(node.Invitation.Name, node.KeyHash, ct) is not { } id)
            return null;
        // Used up it may be: by him. Neither over nor taken back.
        if (
            node.Invitation.StateAt(time.GetUtcNow()) is var state
            && state != InvitationState.Open
            && (state != InvitationState.Used || time.GetUtcNow() >= node.Invitation.Expires)
        )
            return EnrolmentWords.NotOpen(node.Invitation, state == InvitationState.Used ? InvitationState.Expired : state, now);
        return await accounts.FindAsync(id.LoginForm, ct) is { } found && HasPassword(found, password)
            ? Answer(
                id,
                password,
                node.Domain,
                found.Domains.FirstOrDefault(d => d.Name == AccountDomain.NameOf(node.Domain)),
                now
            )
            : EnrolmentWords.AccountChanged(id, now);
    }

    /// <summary>The operator vouches for what he wrote into the invitation; what the node says has to be proven.</summary>
    private static AccountDomain? DomainOf(Newcomer node, Account account) =>
        node.Domain.Length == 0
            ? null
            : new AccountDomain(
                account.Id,
                AccountDomain.NameOf(node.Domain),
                IncludesSubdomains: false,
                node.Invitation.Domain.Length > 0 ? null : AccountDomain.NewToken(),
                account.Created
            );

    private async Task<EnrolmentResult<JoinAnswer>> MakeAsync(
        Newcomer node,
        string? wanted,
        string password,
        EnrolmentSettings now,
        CancellationToken ct
    )
    {
        Invitation invitation = node.Invitation;
        if (invitation.StateAt(time.GetUtcNow()) is var state && state != InvitationState.Open)
            return EnrolmentWords.NotOpen(invitation, state, now);

        (QwkId? id, (EnrolmentFault, Refusal) refusal) = await ChooseAsync(invitation, wanted, ct);
        if (id is null)
            return refusal;
        var account = new Account(id, time.GetUtcNow(), Suspension: null, NoteOf(node));
        if (
            !issuer.TryIssue(
                new AccountWithCredentials(account, []),
                CredentialName.OfJoin(account.Created),
                password,
                reversible: false,
                out Credential? credential,
                out Refusal? unfit
            )
        )
            return (EnrolmentFault.IdRefused, unfit);

        var made = new NewNode(
            invitation.Name,
            node.KeyHash,
            account,
            credential,
            DomainOf(node, account),
            node.Client,
            now.Terms.Version
        );
        switch (await store.EnrolAsync(made, time.GetUtcNow(), ct))
        {
            case NewNodeOutcome.Made:
                LogJoined(id.Text, invitation.Name, node.Client);
                return Answer(id, password, node.Domain, made.Domain, now);
            case NewNodeOutcome.KnownBefore:
                // Two requests of one node at the same moment: the other was quicker.
                return await AgainAsync(node, password, now, ct) ?? EnrolmentWords.Unavailable;
            case NewNodeOutcome.NameTaken:
                return (EnrolmentFault.IdRefused, id.ConflictWith([id], own: null)!);
            default:
                Invitation? left = await store.FindInvitationAsync(invitation.Name, ct);
                return EnrolmentWords.NotOpen(
                    left ?? invitation,
                    left?.StateAt(time.GetUtcNow()) ?? InvitationState.Revoked,
                    now
                );
        }
    }

    private async Task<(QwkId?, (EnrolmentFault, Refusal))> ChooseAsync(
        Invitation invitation,
        string? wanted,
        CancellationToken ct
    )
    {
        QwkId[] existing = [.. (await accounts.ListAsync(ct)).Select(account => account.Id)];
        if (invitation.Id is null && string.IsNullOrEmpty(wanted))
            return (MakeId(existing), default);
        QwkId? id = invitation.Id;
        if (!string.IsNullOrEmpty(wanted))
        {
            if (!QwkId.TryParse(wanted, out QwkId? chosen, out Refusal? unfit))
                return (null, (EnrolmentFault.IdRefused, unfit));
            if (id is not null && id != chosen)
                return (null, EnrolmentWords.NotThisId(wanted, id));
            id = chosen;
        }

        return id!.ConflictWith(existing, own: null) is { } conflict
            ? (null, (EnrolmentFault.IdRefused, conflict))
            : (id, default);
    }

    private static QwkId MakeId(QwkId[] existing)
    {
        QwkId id = OneId();
        for (int i = 0; i < MadeIdTries && id.ConflictWith(existing, own: null) is not null; i++)
            id = OneId();
        return id;

        static QwkId OneId() => QwkId.Parse("NODE" + RandomNumberGenerator.GetString(PasswordGenerator.Alphabet, MadeIdDigits));
    }

    /// <summary>Whatever the credential is called by now; the operator may have added others.</summary>
    private static bool HasPassword(AccountWithCredentials account, string password) =>
        account.Credentials.Any(credential =>
            ScramVerifier.TryParse(credential.Verifier, out ScramVerifier? verifier) && verifier.Verify(password)
        );

    private async Task<EnrolmentResult<ApplicationAnswer>> AddAsync(
        Application application,
        InvitationCode code,
        EnrolmentSettings now,
        CancellationToken ct
    )
    {
        if (await store.AddApplicationAsync(application, ct))
        {
            LogApplied(application.Id.Text, application.Name, application.Client);
            Applied?.Invoke();
            return new ApplicationAnswer(application.Name, ApplicationAnswer.Waiting, "");
        }

        // Who did not hear the answer asks again.
        Application? there = await store.FindApplicationAsync(application.Name, ct);
        if (there is not null && code.IsOf(there.CodeHash) && there.Refused is null)
            return new ApplicationAnswer(there.Name, ApplicationAnswer.Waiting, "");
        return there is null ? EnrolmentWords.TooManyApplications(now) : EnrolmentWords.CodeTaken(application.Name);
    }

    private static JoinAnswer Answer(QwkId id, string password, string domain, AccountDomain? asked, EnrolmentSettings now) =>
        new(
            id.Text,
            password,
            now.HostName,
            now.RelayPort,
            SaslMechanisms.Plain,
            $"{id.Text.ToLowerInvariant()}@{now.HostName}",
            [
                .. ProofOf(asked),
                new RecordToPublish(
                    domain,
                    "TXT",
                    $"v=spf1 a:{now.HostName} -all",
                    "SPF: receivers believe mail of this domain that comes from the hub. If there is a v=spf1 record already, add a:"
                        + $"{now.HostName} to it instead: two of them count for none"
                ),
            ]
        );

    private static IEnumerable<RecordToPublish> ProofOf(AccountDomain? asked) =>
        asked is null or { IsUsable: true }
            ? []
            :
            [
                new RecordToPublish(
                    asked.RecordName,
                    "TXT",
                    asked.RecordText,
                    $"proof that {asked.Name} is yours: until the hub finds it, it takes no mail from addresses in {asked.Name}"
                ),
            ];

    private static string NoteOf(Newcomer node)
    {
        string note = node.Invitation.Note.Length == 0 ? "" : $": {node.Invitation.Note}";
        string domain = node.Domain.Length == 0 ? "" : $" for {node.Domain}";
        return PrintableText.Of($"joined by invitation {node.Invitation.Name}{domain}{note}", 200);
    }

    internal static bool TryDomain(string? text, [NotNullWhen(true)] out string? domain)
    {
        domain = string.IsNullOrWhiteSpace(text) ? "" : text.Trim().TrimEnd('.').ToLowerInvariant();
        return domain.Length == 0
            || (domain[0] != '[' && MailAddress.IsDomain(domain) && domain.Contains('.', StringComparison.Ordinal));
    }

    private static bool IsKey(string text) =>
        text.Length is >= JoinRequest.MinKeyLength and <= JoinRequest.MaxKeyLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private EnrolmentResult<T> TooMany<T>(IPAddress client, TimeSpan wait)
        where T : class
    {
        LogTooMany(client.ToString(), (int)wait.TotalSeconds);
        (EnrolmentFault fault, Refusal refusal) = EnrolmentWords.TooManyRequests(client.ToString());
        return new EnrolmentResult<T>(null, fault, refusal, wait);
    }

    private sealed record Newcomer(Invitation Invitation, byte[] KeyHash, string Domain, string Client);

    [LoggerMessage(
        EventName = "joined",
        Level = LogLevel.Information,
        Message = "account {Account} joined by invitation {Invitation} client={Client}"
    )]
    private partial void LogJoined(string account, string invitation, string client);

    [LoggerMessage(
        EventName = "not joined",
        Level = LogLevel.Information,
        Message = "a join was refused client={Client} {Fault} {Refusal}"
    )]
    private partial void LogNotJoined(string client, EnrolmentFault fault, string refusal);

    [LoggerMessage(
        EventName = "applied",
        Level = LogLevel.Information,
        Message = "somebody applies for account {Account} as {Application} client={Client}"
    )]
    private partial void LogApplied(string account, string application, string client);

    [LoggerMessage(
        EventName = "enrolment braked",
        Level = LogLevel.Information,
        Message = "too many enrolment requests client={Client}, for {Seconds} s more"
    )]
    private partial void LogTooMany(string client, int seconds);

    [LoggerMessage(
        EventName = "enrolment fault",
        Level = LogLevel.Error,
        Message = "an enrolment failed inside packetboat: {Reason}"
    )]
    private partial void LogUnavailable(string reason);
}
