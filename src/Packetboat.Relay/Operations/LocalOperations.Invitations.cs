using System.Globalization;

namespace Packetboat.Relay.Operations;

/// <summary>Invitations and applications.</summary>
public sealed partial class LocalOperations
{
    public async Task<Result<IssuedInvitation>> InviteAsync(InvitationWish wish, CancellationToken ct)
    {
        Result<IssuedInvitation> issued = await invitations.InviteAsync(wish, ct);
        if (issued.Value is { Invitation: var made })
            await NoteAsync("invite new", made.Name, Describe(made), ct);
        return issued;
    }

    public Task<IReadOnlyList<InvitationRow>> ListInvitationsAsync(CancellationToken ct) => invitations.ListInvitationsAsync(ct);

    public async Task<Result<InvitationRow>> RevokeInvitationAsync(string name, CancellationToken ct)
    {
        Result<InvitationRow> revoked = await invitations.RevokeInvitationAsync(name, ct);
        if (revoked.Value is { } row)
            await NoteAsync("invite revoke", row.Name, Describe(row), ct);
        return revoked;
    }

    public Task<IReadOnlyList<ApplicationRow>> ListApplicationsAsync(CancellationToken ct) =>
        invitations.ListApplicationsAsync(ct);

    public async Task<Result<InvitationRow>> ApproveAsync(string name, CancellationToken ct)
    {
        Result<InvitationRow> approved = await invitations.ApproveAsync(name, ct);
        if (approved.Value is { } row)
            await NoteAsync("invite approve", row.Name, Describe(row), ct);
        return approved;
    }

    public async Task<Result<Done>> RefuseAsync(string name, string reason, CancellationToken ct)
    {
        Result<Done> refused = await invitations.RefuseAsync(name, reason, ct);
        if (refused.Refusal is null)
            await NoteAsync("invite refuse", Invitations.NameIn(name), reason, ct);
        return refused;
    }

    /// <summary>For whom, with what, and how long: the code's secret is no part of it.</summary>
    private static string Describe(InvitationRow row)
    {
        string who = row.Id is null ? "any account" : $"account {row.Id}";
        string domain = row.Domain.Length == 0 ? "" : $", domain {row.Domain}";
        string note = row.Note.Length == 0 ? "" : $": {row.Note}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{who}{domain}, {row.Used} of {row.Uses} used, until {row.Expires.UtcDateTime:yyyy-MM-dd HH:mm} UTC{note}"
        );
    }
}
