using Packetboat.Protocol;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>What an operator does about invitations and applications.</summary>
public sealed class Invitations(
    IEnrolmentStore store,
    IAccountStore accounts,
    Func<EnrolmentSettings> settings,
    Func<string?> pin,
    Func<CancellationToken, Task> applicationsChanged,
    TimeProvider time
) : IInvitationOperations
{
    private const int MaxNote = 100;
    private const int MaxReason = 200;

    public async Task<Result<IssuedInvitation>> InviteAsync(InvitationWish wish, CancellationToken ct)
    {
        if (Unfit(wish) is { } unfit)
            return unfit;
        if (!Enrolment.TryDomain(wish.Domain, out string? domain))
            return new Refusal(PrintableText.Of(wish.Domain!, 80), "it is not a domain", "Write bbs.example.org");
        QwkId? id = null;
        if (!string.IsNullOrEmpty(wish.Id))
        {
            if (!QwkId.TryParse(wish.Id, out id, out Refusal? wrong))
                return wrong;
            IReadOnlyList<Account> existing = await accounts.ListAsync(ct);
            if (id.ConflictWith(existing.Select(account => account.Id), own: null) is { } conflict)
                return conflict;
        }

        if (domain.Length > 0 && await WhyNotGrantedAsync(AccountDomain.NameOf(domain), ct) is { } held)
            return held;

        DateTimeOffset now = time.GetUtcNow();
        while (true)
        {
            var code = InvitationCode.Generate();
            var invitation = new Invitation(
                code.Name,
                code.Hash,
                id,
                domain,
                wish.Uses,
                Used: 0,
                now,
                now + (wish.Lifetime ?? Invitation.DefaultLifetime),
                Revoked: null,
                PrintableText.Of(wish.Note, MaxNote)
            );
            // One name in 28 million is taken already.
            if (await store.AddInvitationAsync(invitation, ct))
                return new IssuedInvitation(Row(invitation), code.Text, CommandFor(code));
        }
    }

    public async Task<IReadOnlyList<InvitationRow>> ListInvitationsAsync(CancellationToken ct) =>
        [.. (await store.ListInvitationsAsync(ct)).Select(Row)];

    public async Task<Result<InvitationRow>> RevokeInvitationAsync(string name, CancellationToken ct)
    {
        string wanted = NameIn(name);
        if (!await store.RevokeInvitationAsync(wanted, time.GetUtcNow(), ct))
            return new Refusal(wanted, "there is no such invitation, or it was revoked before", "See: packetboat invite list");
        return await store.FindInvitationAsync(wanted, ct) is { } revoked
            ? Row(revoked)
            : new Refusal(wanted, "it is gone", "See: packetboat invite list");
    }

    public async Task<IReadOnlyList<ApplicationRow>> ListApplicationsAsync(CancellationToken ct) =>
        [.. (await store.ListApplicationsAsync(ct)).Select(Row)];

    public async Task<Result<InvitationRow>> ApproveAsync(string name, CancellationToken ct)
    {
        string wanted = NameIn(name);
        if (await store.FindApplicationAsync(wanted, ct) is not { Refused: null } application)
            return NoSuchApplication(wanted);
        IReadOnlyList<Account> existing = await accounts.ListAsync(ct);
        if (application.Id.ConflictWith(existing.Select(account => account.Id), own: null) is { } conflict)
            return conflict with { Remedy = "Refuse it, with the reason that the name is taken" };

        DateTimeOffset now = time.GetUtcNow();
        var invitation = new Invitation(
            application.Name,
            application.CodeHash,
            application.Id,
            // An invitation's domain is granted, and this one is a stranger's word: he has to prove what he says when he joins.
            Domain: "",
            Uses: 1,
            Used: 0,
            now,
            now + Enrolment.ApprovalLifetime,
            Revoked: null,
            PrintableText.Of(application.Contact, MaxNote)
        );
        if (!await store.ApproveAsync(invitation, ct))
            return NoSuchApplication(wanted);
        await applicationsChanged(ct);
        return Row(invitation);
    }

    public async Task<Result<Done>> RefuseAsync(string name, string reason, CancellationToken ct)
    {
        string wanted = NameIn(name);
        if (!await store.RefuseAsync(wanted, PrintableText.Of(reason, MaxReason), time.GetUtcNow(), ct))
            return NoSuchApplication(wanted);
        await applicationsChanged(ct);
        return new Done($"application {wanted} is refused; the applicant reads so when he asks");
    }

    /// <summary>The domain of an invitation is granted to who joins by it.</summary>
    private async Task<Refusal?> WhyNotGrantedAsync(string domain, CancellationToken ct)
    {
        var held = new List<AccountDomain>();
        foreach (Account account in await accounts.ListAsync(ct))
            if (await accounts.FindAsync(account.Id.LoginForm, ct) is { } found)
                held.AddRange(found.Domains);
        return DomainHolders.WhyNotGranted(domain, subdomains: false, settings().HostName, held) is { } refusal
            ? refusal with
            {
                Remedy = "Leave out --domain: the node names its own when it joins, and proves it by a TXT record",
            }
            : null;
    }

    private static Refusal? Unfit(InvitationWish wish)
    {
        if (wish.Uses is < 1 or > Invitation.MaxUses)
            return new Refusal($"{wish.Uses} uses", $"it is not 1 to {Invitation.MaxUses}", "Write --uses 1");
        if (wish.Uses > 1 && !string.IsNullOrEmpty(wish.Id))
            return new Refusal(
                $"{wish.Uses} uses",
                $"there can be one account {PrintableText.Of(wish.Id, 40)}",
                "Leave out --id or --uses"
            );
        if (wish.Lifetime is { } lifetime && (lifetime < TimeSpan.FromMinutes(1) || lifetime > Invitation.LongestLifetime))
            return new Refusal(
                $"--expires {IniDuration.Write(lifetime)}",
                "an invitation lives a minute to 366 days",
                "Write --expires 7d"
            );
        return null;
    }

    private static Refusal NoSuchApplication(string name) =>
        new(name, "no such application waits", "See: packetboat invite requests");

    /// <summary>An operator may paste the whole code.</summary>
    internal static string NameIn(string text) =>
        InvitationCode.TryParse(text, out InvitationCode? code)
            ? code.Name
            : PrintableText.Of(text.Trim().ToLowerInvariant(), 40);

    private string? CommandFor(InvitationCode code)
    {
        EnrolmentSettings now = settings();
        return now.Url is null ? null : $"packetboat join {now.Url} {code.Text}{(pin() is { } digits ? $" --pin {digits}" : "")}";
    }

    private InvitationRow Row(Invitation invitation) =>
        new(
            invitation.Name,
            invitation.StateAt(time.GetUtcNow()).ToString().ToLowerInvariant(),
            invitation.Id?.Text,
            invitation.Domain,
            invitation.Uses,
            invitation.Used,
            invitation.Created,
            invitation.Expires,
            invitation.Note
        );

    private static ApplicationRow Row(Application application) =>
        new(
            application.Name,
            application.Refused is null ? ApplicationAnswer.Waiting : ApplicationAnswer.Refused,
            application.Id.Text,
            application.Domain,
            application.Contact,
            application.Words,
            application.Client,
            application.Created,
            application.Reason
        );
}
