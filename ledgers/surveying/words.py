"""How do exchanges call the columns, the tables and the assets of the contract?

Data, one line each: to teach the program a name, add it to its line. A name is compared without case, width, blanks
and punctuation (`plain_name`), so `User ID`, `user_id` and `ＵＳＥＲ－ＩＤ` are one. Whether a column of that name
holds what the contract wants is not asked here.
"""

from __future__ import annotations

import re
import unicodedata

NOT_A_LETTER = re.compile(r"[\W_]+")
BRACKETED = re.compile(r"[(（\[【].*?[)）\]】]")


def plain_name(name: str) -> str:
    """Give what of a name is compared.

    >>> plain_name("User_ID"), plain_name("ＵＳＥＲ－ＩＤ"), plain_name("残高（円）")
    ('userid', 'userid', '残高')
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return NOT_A_LETTER.sub("", BRACKETED.sub("", folded)) or NOT_A_LETTER.sub("", folded)


def _names(text: str) -> frozenset[str]:
    return frozenset(plain_name(name) for name in text.split())


ANYWHERE: dict[str, frozenset[str]] = {
    column: _names(names)
    for column, names in (
        ("account", "account_id accountid account_no acct user_id userid uid user username customer_id customer_code customer client_id client creditor_id creditor holder_id member_id member email 口座番号 口座 アカウント 顧客番号 顧客コード 顧客ID 顧客 会員番号 会員ID 利用者番号 利用者 ユーザID ユーザーID 債権者番号"),  # noqa: E501
        ("asset", "ccy currency currency_code coin coin_code symbol ticker token asset_code asset_id instrument crypto 通貨 通貨コード 通貨種別 資産 銘柄 銘柄コード コイン 暗号資産 仮想通貨 種別"),  # noqa: E501
        ("quantity", "qty amount units volume value size 数量 金額 額 数"),
        ("reference", "ref reference_id reference_no tx txid tx_id tx_hash txhash hash transaction_hash transaction_id description memo 摘要 備考 参照 参照番号 取引ハッシュ トランザクションID"),  # noqa: E501
        ("address", "addr wallet_address deposit_address withdrawal_address destination アドレス ウォレットアドレス 送付先 送金先アドレス"),  # noqa: E501
        ("kind", "type category class 種類 区分 分類"),
        ("fee", "fees network_fee miner_fee gas commission 手数料 ネットワーク手数料"),
        ("source", "src origin 出所 出典"),
    )
}
"""Names that a column may have in any table."""

IN_TABLE: dict[tuple[str, str], frozenset[str]] = {
    (table, column): _names(names)
    for table, column, names in (
        ("account", "account", "id no number 番号"),
        ("account", "holder", "holder_name name full_name customer_name client_name owner legal_name 氏名 名義 名義人 顧客名 名前 債権者名"),  # noqa: E501
        ("account", "kind", "account_type customer_type user_type 口座種別 顧客区分"),
        ("account", "terms", "terms_version tos agreement contract 約款 規約 規約版"),
        ("account", "jurisdiction", "country country_code nationality residence domicile 国 国籍 居住国 国コード"),
        ("account", "omnibus", "omnibus_account client_omnibus_account pool オムニバス オムニバス口座"),
        ("account", "election", "choice option elected elected_option 選択 選択肢"),
        ("account", "hold", "block blocked freeze frozen hold_reason restriction 凍結 制限 保留 留保理由"),
        ("balance", "quantity", "balance total total_balance closing_balance ending_balance available_balance amount_owed owed 残高 保有残高 預り残高 預かり残高 口座残高 合計残高 保有数量 預り数量"),  # noqa: E501
        ("balance", "positions", "positions balances holdings portfolio token_fiat_nft 保有資産 残高一覧"),
        ("journal", "posting", "posting_id entry entry_id journal_id ledger_id line_id transaction transaction_id tx_id txn_id id 仕訳番号 取引番号 明細番号 伝票番号"),  # noqa: E501
        ("journal", "posted_at", "posted posting_date booked_at booking_date created_at created date datetime time timestamp 日時 日付 取引日時 取引日 計上日 計上日時 約定日時"),  # noqa: E501
        ("journal", "quantity", "change delta net_amount signed_amount movement 増減 変動額 入出金額"),
        ("journal", "kind", "entry_type transaction_type posting_type operation 取引種別 取引区分 取引種類"),
        ("wallet", "wallet", "wallet_id wallet_name wallet_no name label id ウォレット ウォレット名 ウォレット番号 保管先"),  # noqa: E501
        ("wallet", "quantity", "balance held holding on_chain_balance 残高 保有残高 保有数量 保管数量"),
        ("wallet", "chain", "network blockchain ネットワーク チェーン ブロックチェーン"),
        ("wallet", "custody", "storage storage_type temperature custody_type 保管方法 保管区分 管理方法"),
        ("wallet", "purpose", "segregation ownership use 用途 目的 区分管理"),
        ("wallet", "as_of", "counted_at as_at date timestamp observed_at 時点 基準日 基準日時 確認日時 残高日時"),
        ("wallet", "omnibus", "omnibus_account client_omnibus_account オムニバス オムニバス口座"),
        ("wallet", "opening", "opening_balance initial_balance 期首残高 期首 前期残高"),
        ("transfer", "transfer", "transfer_id tx txid tx_id tx_hash txhash hash transaction_hash transaction_id id 送金番号 取引ID 取引番号 取引ハッシュ トランザクションID"),  # noqa: E501
        ("transfer", "occurred_at", "date datetime time timestamp block_time confirmed_at created_at sent_at value_date 日時 日付 送金日時 送金日 取引日時 取引日 着金日時"),  # noqa: E501
        ("transfer", "sender", "from from_address sender_address source src input payer from_wallet 送信元 送金元 送付元 出金元 振込元"),  # noqa: E501
        ("transfer", "recipient", "to to_address recipient_address receiver destination dst output payee beneficiary to_wallet 送信先 送金先 送付先 入金先 振込先"),  # noqa: E501
        ("statement", "transfer", "id line_no entry_no 明細番号 取引番号"),
        ("statement", "occurred_at", "date booking_date value_date datetime time timestamp 日付 日時 取引日 取引日時 年月日 お取引日 起算日"),  # noqa: E501
        ("statement", "counterparty", "counterpart counterparty_name payer_payee description narrative details 相手方 相手先 取引先 振込人 お取引内容 摘要 内容"),  # noqa: E501
        ("statement", "credit", "credits deposit deposits paid_in money_in in received 入金 入金額 お預り金額 お預入額 預入額 預入金額 お預け入れ"),  # noqa: E501
        ("statement", "debit", "debits withdrawal withdrawals paid_out money_out out sent 出金 出金額 お引出額 支払額 支払金額 お支払金額 引出額 お引出し"),  # noqa: E501
        ("label", "party", "owner entity name label cluster 名称 所有者 帰属先 相手方"),
        ("label", "kind", "entity_type label_type 属性"),
        ("price", "price", "rate close closing_price last mid value usd jpy eur gbp price_usd price_jpy usd_price jpy_price 価格 単価 終値 時価 レート 評価単価 換算レート"),  # noqa: E501
        ("price", "price_set", "set basis 価格区分"),
        ("price", "as_of", "date datetime time timestamp 時点 基準日 基準日時 日付"),
        ("claim", "claim", "claim_id claim_no claim_number poc proof_id 届出番号 債権番号 債権届出番号"),
        ("claim", "quantity", "claimed claimed_amount claim_amount filed 届出額 届出数量 債権額 届出債権額"),
        ("claim", "filed_at", "filed_on filing_date date received_at submitted_at 届出日 届出日時 受付日"),
        ("claim", "standing", "status state claim_status 状態 認否 認否結果"),
        ("claim", "allowed", "allowed_amount admitted accepted 認める額 認容額 確定額"),
        ("claim", "provisional", "provisional_amount reserved 仮払額 仮数量"),
        ("payee", "method", "payout_method payment_method channel 支払方法 送金方法 受取方法"),
        ("payee", "network", "chain blockchain ネットワーク"),
        ("payee", "tag", "memo destination_tag payment_id タグ メモ"),
        ("payee", "bank", "bank_code bank_name 銀行 銀行名 銀行コード 金融機関 金融機関コード"),
        ("payee", "branch", "branch_code branch_name 支店 支店名 支店コード 支店番号"),
        ("payee", "account_type", "deposit_type 預金種目 口座種別 預金種別"),
        ("payee", "account_number", "bank_account iban 口座番号"),
        ("payee", "name", "account_name beneficiary_name payee_name 口座名義 受取人 受取人名 氏名"),
        ("payee", "name_kana", "kana account_name_kana 口座名義カナ フリガナ カナ"),
        ("payee", "country", "country_code 国 国コード"),
        ("payment", "round", "round_no distribution instalment 回 配当回"),
        ("payment", "claim_asset", "claimed_asset 債権通貨"),
        ("payment", "step", "rank class 順位"),
        ("payment", "pay_asset", "paid_asset paid_currency 支払通貨"),
        ("payment", "quantity", "paid paid_amount payment 支払額 配当額"),
        ("assignment", "claim_account", "account account_id claim 債権者番号"),
        ("assignment", "from_holder", "from assignor transferor seller 譲渡人"),
        ("assignment", "to_holder", "to assignee transferee buyer 譲受人"),
        ("assignment", "at", "date assigned_at assigned_on transfer_date 譲渡日 日付 日時"),
        ("recovery", "recovery", "recovery_id id 回収番号"),
        ("recovery", "received_at", "received date received_on recovered_at 受領日 回収日 日時"),
        ("recovery", "pool", "fund 財団"),
        ("recovery", "event", "incident occurrence loss_event 事故 事件"),
        ("sanction", "address", "digital_currency_address crypto_address 制裁対象アドレス"),
        ("sanction", "list", "list_name sanctions_list program programme sanctions_program authority regime リスト リスト名 制裁リスト 制裁プログラム"),  # noqa: E501
        ("sanction", "entry", "entry_id sdn sdn_name uid ent_num entity name designee 番号 対象者 制裁対象者"),
        ("sanction", "listed_at", "listed listed_on date_listed designated designated_at designated_on designation_date date 指定日 掲載日 告示日"),  # noqa: E501
    )
}
"""Names that a column has in one table; `statement` is a statement of one wallet."""

FILE_NAMES: dict[str, frozenset[str]] = {
    table: _names(names)
    for table, names in (
        ("account", "account accounts customer customers user users client clients kyc members 顧客 口座 会員 顧客一覧"),  # noqa: E501
        ("balance", "balance balances schedule liabilities owed 残高 顧客残高 債権者一覧"),
        ("journal", "journal journals posting postings ledger ledgers history 仕訳 元帳 取引履歴 台帳"),
        ("wallet", "wallet wallets holding holdings reserves ウォレット 保有 保管"),
        ("transfer", "transfer transfers deposit deposits withdrawal withdrawals onchain chain transactions txs 送金 入出金 入金 出金"),  # noqa: E501
        ("statement", "statement statements bank 明細 銀行 入出金明細 通帳"),
        ("label", "label labels tag tags cluster clusters addresses ラベル"),
        ("price", "price prices rate rates quotes 価格 時価 レート"),
        ("claim", "claim claims proofs 届出 債権 債権届出"),
        ("payee", "payee payees payout payouts destinations 支払先 振込先 送金先"),
        ("payment", "payment payments paid distribution distributions 配当 支払"),
        ("assignment", "assignment assignments 譲渡 債権譲渡"),
        ("recovery", "recovery recoveries 回収"),
        ("sanction", "sanction sanctions sanctioned ofac sdn 制裁"),
    )
}
"""What a file of each table is often called."""

CRYPTO_DECIMALS: dict[str, int] = {
    code: decimals
    for decimals, codes in (
        (0, "NEO"),
        (4, "EOS"),
        (6, "USDT USDC XRP TRX ADA ATOM ALGO XTZ LUNA UST OSMO"),
        (7, "XLM"),
        (8, "BTC XBT BCH LTC DOGE DASH ZEC BSV BTG WBTC HBAR MONA DGB RVN QTUM VTC"),
        (9, "SOL TON SUI"),
        (10, "DOT KSM"),
        (12, "XMR"),
        (18, "ETH ETC ETHW BNB DAI LINK UNI AAVE MKR COMP SNX YFI SUSHI CRV BAT ENJ MANA SAND SHIB APE LDO GRT 1INCH MATIC POL AVAX FTM FTT OMG ZRX KNC REN BAL HT OKB LEO CRO BUSD TUSD PAX PEPE ARB OP AXS CHZ GALA"),  # noqa: E501
        (24, "NEAR"),
    )
    for code in codes.split()
}
"""Decimal places on the chain where each began; one line a number of decimals."""

FIAT_DECIMALS: dict[str, int] = {
    code: decimals
    for decimals, codes in (
        (0, "JPY KRW VND CLP ISK"),
        (2, "USD HUF EUR GBP CHF AUD CAD NZD SGD HKD CNY TWD THB PHP IDR MYR INR BRL MXN TRY ZAR RUB UAH PLN CZK SEK NOK DKK ILS AED SAR ARS COP NGN KES"),  # noqa: E501
    )
    for code in codes.split()
}
"""Decimal places in which each currency is paid; one line a number of decimals."""
